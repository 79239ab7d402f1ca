// What the compiler holds calls to: keys, indexes, paths into items and the values there, from the types of a definition.
import type { TableShape } from '../openapi/index.ts'
import type { ItemKey, KeyValue } from './keys.ts'

// A definition whose shape nobody told takes what any table takes.
type IsLoose<Shape extends TableShape> = string extends Shape['key'][number] ? true : false

type Given<T> = T extends null | undefined ? never : T

/** The type of a key property as callers give it. */
export type KeyPart<Item, Name> = Name extends keyof Item ? (Given<Item[Name]> extends infer Value ? ([Value] extends [string] ? Value : [Value] extends [number] ? number | bigint : KeyValue) : never) : KeyValue

/** The key of an item: one value where the key has one part, or its properties by name. */
export type KeyOf<Item, Shape extends TableShape> = IsLoose<Shape> extends true ? ItemKey
  : { [Name in Shape['key'][number]]: KeyPart<Item, Name> } | (Shape['key'] extends readonly [infer Only extends string] ? KeyPart<Item, Only> : never)

/** Names of the indexes. */
export type IndexName<Shape extends TableShape> = keyof Shape['indexes'] & string

/** Properties that klue fills in. */
export type FilledOf<Shape extends TableShape> = Shape extends { filled: infer Name extends string } ? Name : never

/** Names of the sharded counters. */
export type CounterOf<Shape extends TableShape> = IsLoose<Shape> extends true ? string : Shape extends { sharded: infer Name extends string } ? Name : never

/** An item as it is saved first: what klue fills in may be left out. */
export type NewItem<Item, Shape extends TableShape> = [FilledOf<Shape>] extends [never] ? Item
  : { [Name in keyof Item as Name extends FilledOf<Shape> ? never : Name]: Item[Name] } & { [Name in keyof Item as Name extends FilledOf<Shape> ? Name : never]?: Item[Name] | undefined }

/** Bounds of a sort key, both inclusive; or the beginning of a text. */
export interface Range<Value = KeyValue> {
  from?: Value
  to?: Value
  prefix?: string
}

/** What a listing runs along: the table's key, or that of an index. */
export type Along<Item, Shape extends TableShape> = IsLoose<Shape> extends true ? { index?: string; partition: KeyValue; range?: Range }
  : AlongPair<Item, Shape['key'], { index?: undefined }> | { [Index in IndexName<Shape>]: AlongPair<Item, Shape['indexes'][Index], { index: Index }> }[IndexName<Shape>]

/** The same over several partitions. */
export type AlongMany<Item, Shape extends TableShape> = IsLoose<Shape> extends true ? { index?: string; partitions: readonly KeyValue[]; range?: Range }
  : Several<Along<Item, Shape>>

type Several<One> = One extends { partition: infer Value } ? Omit<One, 'partition'> & { partitions: readonly Value[] } : never

type AlongPair<Item, Pair extends readonly string[], Index> = Index & { partition: KeyPart<Item, Pair[0]> } & (Pair extends readonly [string, infer Sort extends string] ? { range?: Range<KeyPart<Item, Sort>> } : { range?: undefined })

/** An item, or only its selected properties. */
export type Selected<Item, Name extends keyof Item> = [Name] extends [never] ? Item : Pick<Item, Name>

type Leaf = string | number | bigint | boolean | null | undefined | Date | Uint8Array | ((...args: never[]) => unknown)

// Where a schema contains itself the paths end somewhere.
type Levels = [0, 0, 0, 0]

/** Paths into an item: `status`, `address.city`, `lines[0].price`; a name with other signs as `["a.b"]`. Four levels deep; deeper ones are compiled by none. */
export type Path<Item> = PathIn<Item, Levels>

type PathIn<T, Left extends 0[]> = unknown extends T ? string
  : T extends Leaf ? never
    : Left extends [0, ...infer Rest extends 0[]]
      ? T extends readonly (infer Member)[] ? Joined<`[${number}]`, PathIn<Given<Member>, Rest>>
        : string extends keyof T ? string
          : { [Name in keyof T & string]-?: Joined<Spelled<Name>, PathIn<Given<T[Name]>, Rest>> }[keyof T & string]
      : never

type Spelled<Name extends string> = Name extends `${string}.${string}` | `${string}[${string}` | 'any' | 'all' | 'not' ? `["${Name}"]` : Name

type Joined<Head extends string, Tail extends string> = Head | (Tail extends `[${string}` ? `${Head}${Tail}` : `${Head}.${Tail}`)

/** The type of the value at a path. */
export type ValueAt<T, Way extends string> = unknown extends T ? unknown
  : Way extends keyof Given<T> ? Given<Given<T>[Way]>
    : Way extends `["${infer Name}"]${infer Tail}` ? Beyond<Property<Given<T>, Name>, Tail>
      : Way extends `[${number}]${infer Tail}` ? Given<T> extends readonly (infer Member)[] ? Beyond<Member, Tail> : never
        : Way extends `${infer Head}.${infer Tail}` ? Head extends `${string}[${string}` ? InList<Given<T>, Way> : ValueAt<Property<Given<T>, Head>, Tail>
          : InList<Given<T>, Way>

type InList<T, Way extends string> = Way extends `${infer Head}[${infer Tail}` ? ValueAt<Property<T, Head>, `[${Tail}`> : Property<T, Way>

type Property<T, Name extends string> = Name extends keyof T ? Given<T[Name]> : string extends keyof T ? Given<T[string & keyof T]> : never

type Beyond<T, Tail extends string> = Tail extends '' ? Given<T> : Tail extends `.${infer Way}` ? ValueAt<T, Way> : ValueAt<T, Tail>

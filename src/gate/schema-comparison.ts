// Compares pairs of schemas, each once per direction, however many operations share them and however they refer to each other.
import { isObject, pointerTo } from '../openapi/index.ts'
import { breaks, type Direction, type Finding, whom } from './change.ts'
import { compareAdditional, compareDefault, compareItems, compareOthers, compareProperties } from './compare-objects.ts'
import { compareDiscriminators, compareUnions, type Sources } from './compare-unions.ts'
import { compareBounds, compareEnums, compareTypes } from './compare-values.ts'
import type { Comparing, Report } from './comparing.ts'
import { type Place, resolve } from './resolve.ts'
import { type SchemaView, viewOf } from './schema-view.ts'

/** A pair of schemas: what was found in it, and the pairs below. */
export interface Pair {
  findings: Finding[]
  below: Set<Pair>
}

export interface PairOptions {
  direction: Direction
  /** What the schema is called where it is no component. */
  label: string
  /** Whether the value travels as text. */
  isText?: boolean
}

interface Waiting {
  pair: Pair
  before: readonly Place[]
  after: readonly Place[]
  options: Required<PairOptions>
}

/** All comparisons of schemas of two documents. */
export class SchemaComparison {
  readonly #sources: Sources
  readonly #pairs = new Map<string, Pair>()
  readonly #views = { before: new Map<string, SchemaView>(), after: new Map<string, SchemaView>() }
  readonly #waiting: Waiting[] = []

  constructor(sources: Sources) {
    this.#sources = sources
  }

  /** The comparison of a pair; its findings are complete after `finish`. */
  compare(before: readonly Place[], after: readonly Place[], options: PairOptions): Pair {
    const sides = { before: before.flatMap((place) => this.#named('before', place)), after: after.flatMap((place) => this.#named('after', place)) }
    const key = [options.direction, options.isText === true ? 'text' : '', keyOf(sides.before), keyOf(sides.after)].join('\n')
    const known = this.#pairs.get(key)
    if (known !== undefined) return known
    const pair: Pair = { findings: [], below: new Set() }
    this.#pairs.set(key, pair)
    const component = /^\/components\/schemas\/([^/]+)$/.exec(sides.after.length === 1 ? sides.after[0]!.pointer : '')?.[1]
    this.#waiting.push({ pair, ...sides, options: { isText: false, ...options, label: component ?? options.label } })
    return pair
  }

  /** Works off what waits; a queue, so that schemas may be as deep as they like. */
  finish(): void {
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) this.#compareViews(next)
  }

  // A reference stands for its target, unless it adds something of its own.
  #named(side: 'before' | 'after', place: Place): Place[] {
    const target = resolve(this.#sources[side], place)
    const isNullableRef = target[0]?.pointer !== place.pointer && (place.value as Record<string, unknown>)['nullable'] === true
    return target.length === 1 && !isNullableRef ? target : [place]
  }

  #view(side: 'before' | 'after', places: readonly Place[]): SchemaView {
    const key = keyOf(places)
    const known = this.#views[side].get(key)
    if (known !== undefined) return known
    const view = viewOf(this.#sources[side], places)
    this.#views[side].set(key, view)
    return view
  }

  #compareViews({ pair, before, after, options }: Waiting): void {
    const [was, is] = [this.#view('before', before), this.#view('after', after)]
    const { direction, label, isText } = options
    const comparing: Comparing = {
      before: was, after: is, places: { before, after }, direction, label, isText,
      report: (report) => pair.findings.push(findingOf(report, direction, after[0])),
      descend: (one, other, inner) => pair.below.add(this.compare(one, other, { direction, label: inner, isText: isText && (inner === label || inner === `${label}[]`) })),
    }
    compareSchemas(comparing, this.#sources)
  }
}

function compareSchemas(comparing: Comparing, sources: Sources): void {
  compareDefault(comparing)
  if (!compareUnions(comparing, sources)) return
  if (!compareTypes(comparing)) return
  compareEnums(comparing)
  compareBounds(comparing)
  compareProperties(comparing)
  compareAdditional(comparing)
  compareItems(comparing)
  compareDiscriminators(comparing)
  compareOthers(comparing)
}

function findingOf({ rule, effect, text, keyword, pointer, breaking, whom: who }: Report, direction: Direction, at: Place | undefined): Finding {
  const isBreaking = breaking ?? breaks(direction, effect)
  const sentence = isBreaking ? who ?? whom(direction, true) : whom(direction, false)
  return { pointer: pointer ?? keywordPlace(at, keyword), rule: `${direction}-${rule}`, breaking: isBreaking, text: `${text}; ${sentence}` }
}

// A keyword may stand in a part of an `allOf`; then the schema itself is named.
function keywordPlace(at: Place | undefined, keyword: string | undefined): string {
  if (at === undefined) return ''
  return keyword !== undefined && isObject(at.value) && keyword in at.value ? pointerTo(at.pointer, keyword) : at.pointer
}

function keyOf(places: readonly Place[]): string {
  return places.map(({ pointer }) => pointer).join('\t')
}

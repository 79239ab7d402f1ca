// One record of a stream: what a write made of an item, as DynamoDB tells it.
import { createHash } from 'node:crypto'
import type { DynaliteLogic, DynaliteTable, Item } from '../dynalite.ts'

export type ViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES'

export interface StreamRecord {
  eventID: string
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE'
  eventVersion: '1.1'
  eventSource: 'aws:dynamodb'
  awsRegion: string
  dynamodb: {
    /** Seconds since 1970. */
    ApproximateCreationDateTime: number
    Keys: Item
    NewImage?: Item
    OldImage?: Item
    SequenceNumber: string
    SizeBytes: number
    StreamViewType: ViewType
  }
  userIdentity?: { PrincipalId: string; Type: string }
}

/** A change of one item. */
export interface ItemChange {
  before: Item | undefined
  after: Item | undefined
  /** Whether the item went because its time was over. */
  isExpiry?: boolean | undefined
}

/** What a stream says of all its records. */
export interface StreamShape {
  arn: string
  view: ViewType
  keys: DynaliteTable['KeySchema']
}

/** The record of a change. `at`: milliseconds since 1970. */
export function recordOf({ arn, view, keys }: StreamShape, { before, after, isExpiry }: ItemChange, { logic, at, sequence }: { logic: DynaliteLogic; at: number; sequence: number }): StreamRecord {
  const Keys = Object.fromEntries(keys.map(({ AttributeName }) => [AttributeName, (after ?? before)![AttributeName]!]))
  const images = {
    ...(after === undefined || view === 'KEYS_ONLY' || view === 'OLD_IMAGE' ? {} : { NewImage: after }),
    ...(before === undefined || view === 'KEYS_ONLY' || view === 'NEW_IMAGE' ? {} : { OldImage: before }),
  }
  return {
    eventID: createHash('md5').update(`${arn} ${sequence}`).digest('hex'),
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: arn.split(':')[3]!,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys,
      ...images,
      SequenceNumber: sequenceText(sequence),
      SizeBytes: [Keys, ...Object.values(images)].reduce((sum, item) => sum + logic.itemSize(item), 0),
      StreamViewType: view,
    },
    ...(isExpiry === true ? { userIdentity: { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' } } : {}),
  }
}

/** A number in a stream as DynamoDB writes them: texts of one length, in order. */
export function sequenceText(sequence: number): string {
  return `1${String(sequence).padStart(20, '0')}`
}

/** The number of such a text; undefined where it is none. */
export function sequenceOf(text: string): number | undefined {
  return /^1\d{20}$/.test(text) ? Number(text.slice(1)) : undefined
}

/** Whether a write left its item as it was: such a one has no record. */
export function isUnchanged({ before, after }: ItemChange): boolean {
  if (before === undefined || after === undefined) return before === after
  return JSON.stringify(before, ordered) === JSON.stringify(after, ordered)
}

// Properties have no order, nor has what is in a set.
function ordered(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return key === 'SS' || key === 'NS' || key === 'BS' ? value.toSorted() : value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}

// What EventBridge hands to a consumer: the pattern of its source, or the one that its bucket, prefix and suffix come to.
import type { PreparedConsumer } from './project.ts'

const types = { created: 'Object Created', deleted: 'Object Deleted' }

/** The pattern of a rule. @param bucket name of the bucket, where the source is one */
export function eventPatternOf(source: PreparedConsumer['source'], bucket: string): object {
  if ('event' in source) return source.event
  const { prefix = '', suffix = '', events = ['created'] } = source as Extract<PreparedConsumer['source'], { bucket: string }>
  return { source: ['aws.s3'], 'detail-type': events.map((event) => types[event]), detail: { bucket: { name: [bucket] }, ...keyRule(prefix, suffix) } }
}

// Rules for one field are alternatives: both at once are a wildcard.
function keyRule(prefix: string, suffix: string): object {
  if (prefix === '' && suffix === '') return {}
  const rule = suffix === '' ? { prefix } : prefix === '' ? { suffix } : { wildcard: `${escaped(prefix)}*${escaped(suffix)}` }
  return { object: { key: [rule] } }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\*]/g, String.raw`\$&`)
}

// Patterns over events as AWS plays them: what fits and what does not, rule by rule.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventPattern } from '../../src/runtime/index.ts'
import { matchesPattern } from '../../src/tasks/match-pattern.ts'

const cases: [what: string, pattern: EventPattern, fitting: unknown[], others: unknown[]][] = [
  ['a value', { a: ['x', 1, true, null] }, [{ a: 'x' }, { a: 1 }, { a: true }, { a: null }, { a: ['y', 'x'] }], [{ a: 'X' }, { a: '1' }, { a: false }, {}, { a: [] }, { a: { x: 1 } }, 'text', null]],
  ['fields within', { a: { b: ['x'] } }, [{ a: { b: 'x', c: 1 } }, { a: [{ b: 'y' }, { b: 'x' }] }], [{ a: 'x' }, { b: 'x' }]],
  ['all fields', { a: [1], b: [2] }, [{ a: 1, b: 2 }], [{ a: 1 }, { a: 1, b: 1 }]],
  ['prefix', { a: [{ prefix: 'in/' }] }, [{ a: 'in/1' }], [{ a: 'IN/1' }, { a: 1 }, {}]],
  ['prefix of any case', { a: [{ prefix: { 'equals-ignore-case': 'in/' } }] }, [{ a: 'IN/1' }], [{ a: 'out/1' }]],
  ['suffix', { a: [{ suffix: '.png' }] }, [{ a: 'x.png' }], [{ a: 'x.PNG' }, { a: null }]],
  ['any case', { a: [{ 'equals-ignore-case': 'Open' }] }, [{ a: 'oPEN' }], [{ a: 'opened' }]],
  ['anything but', { a: [{ 'anything-but': ['x', 1] }] }, [{ a: 'y' }, { a: 2 }, { a: '1' }, { a: ['x', 'y'] }], [{ a: 'x' }, { a: 1 }, {}]],
  ['anything but a prefix', { a: [{ 'anything-but': { prefix: ['x', 'y'] } }] }, [{ a: 'z' }], [{ a: 'x1' }, { a: 'y' }]],
  ['numbers', { a: [{ numeric: ['>', 0, '<=', 5] }, { numeric: ['=', 10] }] }, [{ a: 5 }, { a: 0.1 }, { a: 10 }], [{ a: 0 }, { a: 5.1 }, { a: '3' }]],
  ['existence', { a: [{ exists: true }], b: [{ exists: false }] }, [{ a: null }, { a: 0 }], [{}, { a: 1, b: 1 }, { a: { c: 1 } }]],
  ['one of several', { x: [1], $or: [{ a: [1] }, { b: [{ exists: false }], c: [2] }] }, [{ x: 1, a: 1 }, { x: 1, c: 2 }], [{ x: 2, a: 1 }, { x: 1, b: 1, c: 2 }, { x: 1 }]],
  ['wildcards', { a: [{ wildcard: 'in/*/x*.png' }] }, [{ a: 'in/1/x.png' }, { a: 'in/1/2/x1.png' }], [{ a: 'in/x.png' }, { a: 'in/1/x.jpg' }]],
  ['addresses', { a: [{ cidr: '10.0.0.0/24' }] }, [{ a: '10.0.0.255' }], [{ a: '10.0.1.0' }, { a: '::1' }, { a: 'x' }]],
]
for (const [what, pattern, fitting, others] of cases) {
  test(what, () => {
    for (const event of fitting) assert.equal(matchesPattern(pattern, event), true, JSON.stringify(event))
    for (const event of others) assert.equal(matchesPattern(pattern, event), false, JSON.stringify(event))
  })
}

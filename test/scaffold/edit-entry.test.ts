// Handlers are bound in the file of a service as its author would write them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUsageError } from '../../src/errors/index.ts'
import { bindHandler } from '../../src/scaffold/edit-entry.ts'

const head = "// A service.\nimport { defineService } from 'klue/runtime'\nimport {\n  spec,\n} from './gen/a.ts'\n"

function bind(handlers: string, before: string = head): string {
  return bindHandler(`${before}\nexport const service = defineService({ spec, handlers: ${handlers}, routes: {} })\n`, { file: 'functions/a.ts', id: 'getB', from: './a/getB.ts' })
}

const cases: [string, string][] = [
  ['{}', '{ getB }'],
  ['{ getA }', '{ getA, getB }'],
  ['{ getA, }', '{ getA, getB }'],
  ['{ ...all }', '{ ...all, getB }'],
  ['{\n    getA,\n  }', '{\n    getA,\n    getB,\n  }'],
  ['{\n    getA\n  }', '{\n    getA,\n    getB,\n  }'],
  ["{\n    // the first: }\n    getA: ({ path }) => ({ text: `}${path.id}` + '}' }),\n  }", "{\n    // the first: }\n    getA: ({ path }) => ({ text: `}${path.id}` + '}' }),\n    getB,\n  }"],
]

for (const [before, after] of cases) {
  test(`${before.replaceAll(/\s+/g, ' ')} gets a handler`, () => {
    const text = bind(before)
    assert.ok(text.includes(`handlers: ${after}, routes`), text)
    assert.ok(text.startsWith(`${head}import { getB } from './a/getB.ts'\n`), text)
  })
}

test('a name that is taken is imported under another', () => {
  const text = bind('{ getA }', "import { getB } from './gen/getB.ts'\n")
  assert.match(text, /import \{ getB as getBHandler \} from '\.\/a\/getB\.ts'/)
  assert.match(text, /handlers: \{ getA, getB: getBHandler \}/)
})

test('handlers that are no object are refused', () => {
  assert.throws(() => bindHandler('defineService({ spec, handlers })', { file: 'functions/a.ts', id: 'getB', from: './a/getB.ts' }), (error) => isUsageError(error) && error.faults[0]!.code === 'handlers-unread')
})

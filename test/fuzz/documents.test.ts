// Fuzz of what developers write: documents and configuration give faults with places, never a crash or a hang.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { parse, stringify } from 'yaml'
import { loadConfig } from '../../src/config/build.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { checkApis, generate, readApis } from '../../src/openapi/index.ts'

let root: string
before(() => {
  root = mkdtempSync(join(tmpdir(), 'klue-fuzz-'))
  mkdirSync(join(root, 'apis'))
})
after(() => rmSync(root, { recursive: true, force: true }))

const sources = ['builds', 'login', 'metrics-backend'].map((name) => readFileSync(join('apis', `${name}.yaml`), 'utf8'))
const configSource = readFileSync('klue-config.yaml', 'utf8')

// What a value may turn into: other types, hostile keys, references that lead nowhere or in a circle.
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, '', 'x', [], {}, [[]], { $ref: '#' }, { $ref: '#/nowhere' }, { $ref: '../../../etc/passwd' }, { $ref: 'other.yaml#/a' }, { $ref: 5 }, { type: 'any' }, { type: ['string', 'null'] }, { pattern: '(' }, { constructor: {} }, 'a'.repeat(10_000)),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Replaces the value that lies `position` steps into a tree. */
function mutate(tree: unknown, position: number, value: unknown): unknown {
  const places: { holder: Record<string, unknown>; key: string }[] = []
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys(node)) {
      places.push({ holder: node as Record<string, unknown>, key })
      walk((node as Record<string, unknown>)[key])
    }
  }
  walk(tree)
  const { holder, key } = places[position % places.length]!
  holder[key] = value
  return tree
}

async function faultsOf(run: () => unknown): Promise<{ file: string; message: string }[]> {
  try {
    await run()
    return []
  } catch (error) {
    if (!isUsageError(error)) throw error
    assert.ok(error.faults.length > 0)
    return error.faults
  }
}

test('a document with any value in any place is generated, or refused with a place', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...sources), fc.nat(5000), odd, async (source, position, value) => {
      writeFileSync(join(root, 'apis', 'fuzz.yaml'), stringify(mutate(parse(source), position, value), { aliasDuplicateObjects: false }))
      const faults = checkApis(await readApis(root))
      const thrown = await faultsOf(() => generate(root))
      assert.equal(thrown.length > 0, faults.length > 0, 'check and generate agree')
      for (const { file, message } of faults) {
        // A fault may lie in a file that the document refers to.
        assert.ok(file !== '')
        assert.ok(message.length > 5)
      }
    }),
    { numRuns: 150 },
  )
})

test('text that is no document at all is refused with a place', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...sources), fc.tuple(fc.nat(4000), fc.nat(200)), fc.string({ unit: 'binary', maxLength: 30 }), async (source, [start, length], text) => {
      writeFileSync(join(root, 'apis', 'fuzz.yaml'), source.slice(0, start) + text + source.slice(start + length))
      const documents = await readApis(root)
      const faults = checkApis(documents)
      const thrown = await faultsOf(() => generate(root))
      assert.equal(thrown.length > 0, faults.length > 0, 'check and generate agree')
    }),
    { numRuns: 150 },
  )
})

test('a configuration with any value in any place is loaded, or refused with a place', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(500), odd, fc.constantFrom('local', 'live', 'other'), async (position, value, stage) => {
      writeFileSync(join(root, 'klue-config.yaml'), stringify(mutate(parse(configSource), position, value)))
      for (const { file, message } of await faultsOf(() => loadConfig({ root, stage, env: {} }))) {
        assert.ok(file === 'klue-config.yaml' || file === '', file)
        assert.ok(message.length > 5)
      }
    }),
    { numRuns: 300 },
  )
})

test('text that is no configuration is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(4000), fc.nat(200), fc.string({ unit: 'binary', maxLength: 30 }), async (start, length, text) => {
      writeFileSync(join(root, 'klue-config.yaml'), configSource.slice(0, start) + text + configSource.slice(start + length))
      await faultsOf(() => loadConfig({ root, stage: 'local', env: {} }))
    }),
    { numRuns: 300 },
  )
})

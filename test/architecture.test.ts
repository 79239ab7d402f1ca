// The rules of ARCHITECTURE.md, kept by reading the code.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseSource, root, type SourceFile, sourceFiles } from './rules/imports.ts'
import { allowedSideways, contracts, doors, levels, rooms } from './rules/layers.ts'
import { cycleViolations, effectViolations, exportViolations, globalViolations, layerViolations, ownerViolations, roomViolations, serviceViolations, shapeViolations } from './rules/rules.ts'

const kit = sourceFiles('src')
const service = ['functions', 'infra', 'testaccept'].flatMap(sourceFiles)
const tests = sourceFiles('test')

function expectNone(violations: string[]): void {
  assert.equal(violations.length, 0, `\n${violations.join('\n')}\n`)
}

test('folders import only folders below them, through their doors', () => expectNone(kit.flatMap(layerViolations)))

test('rooms import only the rooms below them', () => expectNone(kit.flatMap(roomViolations)))

test('files do not import each other in a circle', () => expectNone(cycleViolations(kit)))

test('each package has its owner', () => expectNone(kit.flatMap(ownerViolations)))

test('the environment is read in config/, the console is written in cli/', () => expectNone([...kit, ...sourceFiles('functions'), ...sourceFiles('infra')].flatMap(globalViolations)))

test('importing a file of the kit does nothing', () => expectNone(kit.flatMap(effectViolations)))

test('every export has a name', () => expectNone([...kit, ...service, ...tests].flatMap(exportViolations)))

test('every file has one reason, says it first, and is short', () => expectNone([...kit, ...service, ...tests].flatMap(shapeViolations)))

test('a service opens only the doors of the kit', () => expectNone(service.flatMap(serviceViolations)))

test('every folder of src/ has a level, and every level and exception is in use', () => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)
  assert.deepEqual(folders.sort(), Object.keys(levels).sort())
  const imports = kit.flatMap((file) => file.imports.flatMap((one) => (one.file === undefined ? [] : [{ from: file.path.split('/')[1]!, to: one.file.split('/')[1]!, file: one.file }])))
  for (const pair of Object.keys(allowedSideways)) assert.ok(imports.some(({ from, to }) => `${from} → ${to}` === pair), `nothing needs the exception ${pair} any more`)
  for (const door of Object.keys(doors)) assert.ok(imports.some(({ from, to, file }) => file === door && from !== to), `nothing needs the door ${door} any more`)
})

test('ARCHITECTURE.md names every folder of src/ with its level', () => {
  const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)\/` \| (\d) \|/gm)].map(([, folder, level]) => [folder, Number(level)])
  assert.deepEqual(Object.fromEntries(rows), levels)
})

test('the map of rooms has no circle, and every room, arrow and contract is in use', () => {
  for (const [folder, map] of Object.entries(rooms)) {
    const inside = kit.filter(({ path }) => path.startsWith(`src/${folder}/`))
    const roomOf = (path: string): string => path.split('/').slice(2, -1).join('/')
    assert.deepEqual([...new Set(inside.map(({ path }) => roomOf(path)))].filter((room) => room !== '').sort(), Object.keys(map).sort())
    for (const [position, [room, below]] of Object.entries(map).entries()) {
      for (const other of below) {
        assert.ok(Object.keys(map).indexOf(other) < position || !map[other]!.includes(room), `${room} and ${other} import each other`)
        assert.ok(inside.some((file) => roomOf(file.path) === room && file.imports.some((one) => one.file?.startsWith(`src/${folder}/`) === true && roomOf(one.file) === other)), `${folder}/${room} imports nothing of ${other} any more`)
      }
    }
  }
  for (const contract of contracts) assert.ok(kit.some(({ path }) => path === contract))
})

test('ARCHITECTURE.md names every room', () => {
  const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  for (const [folder, map] of Object.entries(rooms)) for (const room of Object.keys(map)) assert.ok(page.includes(`| \`${folder}/${room}/\` |`), `no row for ${folder}/${room}/`)
})

interface Planted {
  title: string
  rule: (file: SourceFile) => string[]
  path: string
  text: string
  says: RegExp
}

const planted: Planted[] = [
  { title: 'an arrow upward', rule: layerViolations, path: 'src/errors/x.ts', text: "import type { Config } from '../config/index.ts'", says: /errors\/ \(level 0\) may not import config\/ \(level 1\)/ },
  { title: 'an arrow sideways', rule: layerViolations, path: 'src/persist/x.ts', text: "export { openStore } from '../store/index.ts'", says: /persist\/ \(level 2\) may not import store\/ \(level 2\)/ },
  { title: 'a value where only types may go', rule: layerViolations, path: 'src/client/x.ts', text: "import { anything } from '../openapi/table.ts'", says: /except with "import type"/ },
  { title: 'an arrow upward in a type', rule: layerViolations, path: 'src/openapi/x.ts', text: "export type T = import('../runtime/index.ts').Context", says: /openapi\/ \(level 1\) may not import runtime/ },
  { title: 'an arrow upward that is loaded late', rule: layerViolations, path: 'src/runtime/x.ts', text: "export const late = () => import('../dev/index.ts')", says: /runtime\/ \(level 3\) may not import dev/ },
  { title: 'an inner file of another folder', rule: layerViolations, path: 'src/cli/x.ts', text: "import { load } from '../config/load.ts'", says: /enter config\/ through index\.ts/ },
  { title: 'a room that looks up', rule: roomViolations, path: 'src/runtime/exchange/x.ts', text: "import { fail } from '../answer/fail.ts'", says: /room runtime\/exchange may not import the room answer/ },
  { title: 'a room that looks to the top', rule: roomViolations, path: 'src/runtime/answer/x.ts', text: "import { openService } from '../pipeline.ts'", says: /from the top of its folder/ },
  { title: 'a room that nobody knows', rule: roomViolations, path: 'src/runtime/attic/x.ts', text: '// Old.', says: /no room/ },
  { title: 'a package of another owner', rule: ownerViolations, path: 'src/dev/x.ts', text: "import { Stack } from 'aws-cdk-lib'", says: /only src\/infra\/ may import aws-cdk-lib/ },
  { title: 'a submodule of another owner', rule: ownerViolations, path: 'src/dev/x.ts', text: "const cdk = require('aws-cdk-lib/aws-lambda')", says: /aws-cdk-lib/ },
  { title: 'the environment', rule: globalViolations, path: 'src/dev/x.ts', text: "export const port = (): unknown => process['env']", says: /config\// },
  { title: 'the console', rule: globalViolations, path: 'src/dev/x.ts', text: "export function tell(): void {\n  console.warn('x')\n}", says: /src\/dev\/x\.ts:2 console/ },
  { title: 'export *', rule: exportViolations, path: 'src/dev/x.ts', text: "export * from './y.ts'", says: /export \*/ },
  { title: 'a default export', rule: exportViolations, path: 'src/dev/x.ts', text: 'export default function start(): void {}', says: /default export/ },
  { title: 'a file that acts when it is imported', rule: effectViolations, path: 'src/dev/x.ts', text: "import { start } from './start.ts'\nstart()", says: /x\.ts:2 importing a file does nothing/ },
  { title: 'a drawer', rule: shapeViolations, path: 'src/dev/utils.ts', text: '// Things.\n', says: /nothing is called utils/ },
  { title: 'no reason', rule: shapeViolations, path: 'src/dev/x.ts', text: 'export const x = 1\n', says: /first line/ },
  { title: 'a long file', rule: shapeViolations, path: 'src/dev/x.ts', text: `// Long.\n${'x\n'.repeat(299)}`, says: /this one has 300/ },
  { title: 'a service that reaches into the kit', rule: serviceViolations, path: 'functions/x.ts', text: "import { answer } from '../src/runtime/pipeline.ts'", says: /functions\/ opens/ },
  { title: 'a service with a door that is not its own', rule: serviceViolations, path: 'functions/x.ts', text: "import { test } from 'klue/testing'", says: /not klue\/testing/ },
  { title: 'an entry below functions/', rule: serviceViolations, path: 'functions/builds/x.ts', text: "import { toLambda } from 'klue/lambda'", says: /only an entry file/ },
]

for (const { title, rule, path, text, says } of planted) {
  test(`the rules find ${title}`, () => {
    const violations = rule(parseSource(path, text))
    assert.match(violations.join('\n'), says)
  })
}

test('the rules find a circle', () => {
  const files = [parseSource('src/dev/a.ts', "import { b } from './b.ts'"), parseSource('src/dev/b.ts', "import type { A } from './a.ts'")]
  assert.match(cycleViolations(files).join('\n'), /^src\/dev\/a\.ts → src\/dev\/b\.ts → src\/dev\/a\.ts: /)
})

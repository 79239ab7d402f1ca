// The templates of every kind of stage, held against AWS's own rules for resources.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { root } from '../rules/imports.ts'
import { pythonTools, region } from './cloud.ts'
import { cdk } from './commands.ts'
import { copyReference, everySetting, stage } from './project.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-lint-'))
const logs = join(root, '.klue', 'deploy-test', 'lint')
let project: string

before(() => {
  mkdirSync(logs, { recursive: true })
  project = copyReference(join(folder, 'reference'))
  writeFileSync(join(project, 'klue-config.full.yaml'), everySetting)
})
after(() => rmSync(folder, { recursive: true, force: true }))

const variants = [{ name: 'live' }, { name: stage }, { name: 'full' }, { name: undefined }, { name: 'live', shift: 'canary 10 5', context: [`klue:candidate=${'a'.repeat(64)}`, 'klue:pin=builds=3,ingest=2'] }]

for (const { name, shift, context = [] } of variants) {
  test(`${name === undefined ? 'a personal stage' : `the stage ${name}`}${shift === undefined ? '' : `, ${shift} with a candidate,`} synthesises without an account`, { timeout: 300_000 }, async () => {
    const out = join(folder, 'out', `${name ?? 'personal'}${shift === undefined ? '' : '-canary'}`)
    if (shift !== undefined) writeFileSync(join(project, `klue-config.${name}.yaml`), `shift: ${shift}\n`)
    // No account and no network: a synthesis needs neither.
    const env = { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1', CDK_DISABLE_CLI_TELEMETRY: 'true' }
    await cdk(['synth', '--quiet', '--output', out, ...[...(name === undefined ? [] : [`stage=${name}`]), ...context].flatMap((entry) => ['-c', entry])], { cloud: { env, folder, logs }, project })
    assert.ok(templatesBelow(out).length > 0)
  })
}

test('cfn-lint finds nothing in the templates of all of them', { timeout: 600_000 }, () => {
  const templates = templatesBelow(join(folder, 'out'))
  assert.ok(templates.length >= variants.length)
  // W3005: CDK names roles as dependencies of their functions a second time.
  const { status, stdout, stderr } = spawnSync(join(pythonTools(), 'cfn-lint'), ['--regions', region, '--ignore-checks', 'W3005', '--format', 'parseable', '--', ...templates], { encoding: 'utf8' })
  assert.equal(status, 0, `${stdout}${stderr}`)
})

function templatesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.template.json')).map((file) => join(path, file))
}

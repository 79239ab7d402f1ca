// The package from a clean checkout to a service in somebody else's repository.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { emptyFolder, installLinked, packKit, readManifest, run } from './pack.ts'
import { playGuide } from './play-guide.ts'
import { functionBytes, playRepository } from './play-repository.ts'

const { folder, remove } = emptyFolder('package')
after(remove)
let tarball = ''
const entries: string[] = []

test('npm pack builds the package in a clean checkout', (t) => {
  tarball = packKit(folder)
  entries.push(...run('tar', ['-tzf', tarball], { cwd: folder }).stdout.trim().split('\n').map((entry) => entry.replace(/^package\//, '')))
  assert.deepEqual([...new Set(entries.map((entry) => entry.split('/')[0]!))].sort(), ['LICENSE', 'README.md', 'dist', 'package.json', 'src'])
  for (const door of ['client', 'infra', 'lambda', 'runtime', 'testing']) for (const file of ['index.js', 'index.d.ts']) assert.ok(entries.includes(`dist/${door}/${file}`), `${door}/${file}`)
  // What klue dev starts with as one file, and the doors that handlers share with it.
  for (const file of ['dev', 'runtime', 'lambda', 'client', 'data-thread']) assert.ok(entries.includes(`dist/local/${file}.js`), file)
  t.diagnostic(`size of the tarball: ${Math.round(statSync(tarball).size / 1024)} KiB, ${entries.length} files`)
  // Whatever doubles it should be looked at.
  assert.ok(statSync(tarball).size < 2.5 * 1024 * 1024)
})

test('nothing runs when it is installed, and what only deployments need is not installed', () => {
  const away = join(folder, 'manifest')
  mkdirSync(away)
  installLinked(away, tarball)
  const manifest = readManifest(join(away, 'node_modules', 'klue')) as ReturnType<typeof readManifest> & { sideEffects: boolean; peerDependencies: Record<string, string>; peerDependenciesMeta: Record<string, { optional: boolean }> }
  assert.deepEqual(['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'].filter((name) => manifest.scripts?.[name] !== undefined), [])
  assert.equal(manifest.sideEffects, false)
  assert.deepEqual(Object.keys(manifest.peerDependencies), ['aws-cdk-lib', 'constructs'])
  for (const name of Object.keys(manifest.peerDependencies)) assert.deepEqual([manifest.peerDependenciesMeta[name]!.optional, manifest.dependencies[name]], [true, undefined])
})

test('publint finds nothing', async () => {
  const bytes = readFileSync(tarball)
  const { messages } = await publint({ pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer }, strict: true })
  assert.deepEqual(messages.map(({ code, path }) => `${code} ${path.join('.')}`), [])
})

// klue is ES modules only: CommonJS loads them with import(), which these two kinds are about.
const knownForModules = new Set(['NoResolution node10', 'CJSResolvesToESM node16-cjs'])

test('arethetypeswrong finds nothing', async () => {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))))
  assert.ok('problems' in result, 'the package has no types')
  const problems = result.problems.map((problem) => ({ ...problem, at: 'resolutionKind' in problem ? problem.resolutionKind : '' }))
  assert.deepEqual(problems.filter(({ kind, at }) => !knownForModules.has(`${kind} ${at}`)), [])
})

playRepository('a service', { folder, tarball: () => tarball })

test('the function of a service that says hello is small', (t) => {
  const bytes = functionBytes(folder)
  t.diagnostic(`size of the function of the made service: ${Math.round(bytes / 1024)} KiB`)
  assert.ok(bytes < 100 * 1024, `${bytes} bytes`)
})

mkdirSync(join(folder, 'guide'))
playGuide({ folder: join(folder, 'guide'), packed: () => tarball })

test('npm create klue does what klue init does', () => {
  const away = join(folder, 'create')
  mkdirSync(join(away, 'node_modules'), { recursive: true })
  installLinked(away, tarball)
  cpSync(join('scripts', 'create-klue'), join(away, 'node_modules', 'create-klue'), { recursive: true })
  const { code, stdout, stderr } = run(process.execPath, [join(away, 'node_modules', 'create-klue', 'create-klue.mjs'), 'made', '--login'], { cwd: away })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /Made made in made:[\s\S]*functions\/login\.ts/)
  const own = readManifest(join('scripts', 'create-klue'))
  assert.deepEqual([own.version, own.dependencies], [readManifest('.').version, { klue: `^${readManifest('.').version}` }])
})

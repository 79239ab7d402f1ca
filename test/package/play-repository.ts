// What somebody does with the package in an empty folder: make a service, start it, test it, synthesise it.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../rules/imports.ts'
import { sourcesIn } from '../dev/sources-of-build.ts'
import { installLinked, run, type Ran } from './pack.ts'
import { startService } from './start-service.ts'

export interface Play {
  /** Folder for the projects. */
  folder: string
  tarball(): string
  /** Path of the Node that is used. */
  node?: () => string
  login?: boolean
}

/** Declares the steps as tests, one after the other; every project is called `my-service`. */
export function playRepository(title: string, { folder, tarball, node = () => process.execPath, login = false }: Play): void {
  const project = join(folder, 'my-service')
  const at = (command: string, ...words: string[]): Ran => run(command, words, { cwd: project, node: node() })

  test(`${title}: klue init in an empty folder`, () => {
    // As npx does it: the package lies elsewhere, and nothing is installed here.
    const away = join(folder, 'npx')
    mkdirSync(away, { recursive: true })
    installLinked(away, tarball())
    const { code, stdout, stderr } = run(join(away, 'node_modules', '.bin', 'klue'), ['init', 'my-service', ...(login ? ['--login', '--json'] : [])], { cwd: folder, node: node() })
    assert.equal(code, 0, stderr)
    assert.match(stdout, /Made my-service in my-service:/)
    const copied = filesOf(project).filter((file) => readFileSync(join(project, file), 'utf8').includes(root))
    assert.deepEqual(copied, [], 'files name a folder of the kit')
    assert.deepEqual(readdirSync(project).filter((name) => ['src', 'scripts', 'console', 'test'].includes(name)), [])
    installLinked(project, tarball())
  })

  test(`${title}: its types resolve without a build, as an editor sees them`, () => {
    const { code, stdout } = at('npx', 'tsc')
    assert.equal(code, 0, stdout)
    // Bundlers resolve otherwise; without the CDK, whose own types are not strict, those of the packages are checked too.
    writeFileSync(join(project, 'tsconfig.bundler.json'), JSON.stringify({ extends: './tsconfig.json', compilerOptions: { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: false }, include: ['functions', 'testaccept'] }))
    const bundler = at('npx', 'tsc', '-p', 'tsconfig.bundler.json')
    assert.equal(bundler.code, 0, bundler.stdout)
    const wrong = join(project, 'functions', 'wrong.ts')
    writeFileSync(wrong, "import { defineService } from 'klue/runtime'\nimport { myService } from './gen/my-service.ts'\n\nexport const service = defineService({ spec: myService, handlers: { hello: () => ({ txt: '' }) } })\n")
    const refused = at('npx', 'tsc')
    writeFileSync(wrong, '')
    assert.match(refused.stdout, /functions\/wrong\.ts\(4,.*error TS/)
  })

  test(`${title}: npm start answers, with what README.md says`, async () => {
    const { url, stop } = await startService(project, node())
    try {
      const readme = readFileSync(join(project, 'README.md'), 'utf8')
      const paths = [...readme.matchAll(/http:\/\/127\.0\.0\.1:8080(\/[\w/-]*)/g)].map(([, path]) => path!)
      assert.deepEqual(paths, ['/hello/Ann', '/doc/my-service'])
      for (const path of [...paths, '/ping', '/version']) assert.equal((await fetch(url + path)).status, 200, path)
      assert.deepEqual(await (await fetch(`${url}/hello/Ann`)).json(), { text: 'Hello Ann' })
    } finally {
      await stop()
    }
  })

  test(`${title}: an error that nobody caught is told with its place in the sources, and its maps lead there`, async () => {
    const handler = join(project, 'functions', 'my-service', 'hello.ts')
    const before = readFileSync(handler, 'utf8')
    writeFileSync(handler, before.replace('({ path }) =>', '({ path }) =>\n  void (path.name === "Nobody" && setTimeout(() => {\n    throw new TypeError("thrown in a timer")\n  }, 1)) ??'))
    const { url, until, stop } = await startService(project, node())
    try {
      assert.equal((await fetch(`${url}/hello/Nobody`)).status, 200)
      assert.match(await until(/TypeError: thrown in a timer\n.*\n/), /Uncaught exception: thrown in a timer[^]*TypeError: thrown in a timer\n.*functions[/\\]my-service[/\\]hello\.ts:7:11\b/)
      assert.deepEqual(await (await fetch(`${url}/hello/Ann`)).json(), { text: 'Hello Ann' })
      const sources = sourcesIn(join(project, '.klue', 'dev'))
      for (const own of ['my-service.ts', join('my-service', 'hello.ts'), join('gen', 'my-service.ts')]) assert.ok(sources.includes(realpathSync(join(project, 'functions', own))), `${own} in ${sources.join()}`)
      for (const source of sources) assert.ok(existsSync(source), source)
    } finally {
      await stop()
      writeFileSync(handler, before)
    }
  })

  test(`${title}: npm test passes, also with what klue add writes`, () => {
    for (const words of [['add', 'operation', 'POST', '/notes/{id}'], ['add', 'api', 'things']]) {
      const { code, stderr } = at('npx', 'klue', ...words)
      assert.equal(code, 0, stderr)
    }
    const { code, stdout, stderr } = at('npm', 'test')
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /postNotesById answers[\s\S]*ℹ fail 0/)
  })

  test(`${title}: npx cdk synth makes the stack`, () => {
    const { code, stdout, stderr } = at('npx', 'cdk', 'synth', '--quiet', '-c', 'stage=trial', '-c', 'preflight=off')
    assert.equal(code, 0, stdout + stderr)
    assert.ok(existsSync(join(project, 'cdk.out', 'my-service-trial.template.json')))
    const bundle = join(project, '.klue', 'infra', 'trial', 'my-service', 'index.mjs')
    assert.ok(!readFileSync(bundle, 'utf8').includes('aws-cdk-lib'))
  })
}

/** Bytes of the module of the function, once the stack was made. */
export function functionBytes(folder: string): number {
  return statSync(join(folder, 'my-service', '.klue', 'infra', 'trial', 'my-service', 'index.mjs')).size
}

function filesOf(project: string): string[] {
  return readdirSync(project, { recursive: true, encoding: 'utf8' }).filter((file) => !file.startsWith('node_modules') && statSync(join(project, file)).isFile())
}

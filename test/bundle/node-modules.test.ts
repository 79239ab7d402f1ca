// Services that take names of node:crypto: bundled without a look at all of it where that is safe, and as they stand where not.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { plainNodeModules } from '../../src/bundle/node-modules.ts'
import { makeProject } from '../dev/project-fixture.ts'

const plain = {
  'names.ts': "import { randomUUID, createHash as hash } from 'node:crypto'\nexport const said = `${randomUUID().length} ${hash('sha256').update('a').digest('hex').slice(0, 4)}`\n",
  'bare.ts': "import { createHash, type Hash } from 'crypto'\nconst made: Hash = createHash('sha256')\nexport const said = made.update('a').digest('hex').slice(0, 4)\n",
}
const asTheyStand = {
  'whole.ts': "import crypto from 'node:crypto'\nexport const said = crypto.randomUUID().length\n",
  'space.ts': "import * as crypto from 'node:crypto'\nexport const said = Object.keys(crypto).includes('webcrypto')\n",
  'handed.ts': "import { randomUUID } from 'node:crypto'\nexport { createHash } from 'node:crypto'\nexport * from 'node:crypto'\nexport const said = randomUUID().length\n",
  'newer.ts': "import { randomUUID, nameOfAnotherNode } from 'node:crypto'\nexport const said = [randomUUID, nameOfAnotherNode].length\n",
  'other.ts': "import { hostname } from 'node:os'\nexport const said = typeof hostname()\n",
}

test('known names of node:crypto are looked up one by one; every other import stays what it is', async () => {
  const { root, remove } = await makeProject({ ...plain, ...asTheyStand })
  after(remove)
  await mkdir(join(root, 'out'), { recursive: true })
  const texts = Object.fromEntries(await Promise.all([...Object.keys(plain), ...Object.keys(asTheyStand)].map(async (name): Promise<[string, string]> => {
    const { outputFiles } = await build({ entryPoints: [join(root, name)], bundle: true, platform: 'node', format: 'esm', write: false, logLevel: 'silent', plugins: [plainNodeModules()] })
    return [name, outputFiles[0]!.text]
  })))
  for (const name of Object.keys(plain)) assert.doesNotMatch(texts[name]!, /from ?"(node:)?crypto"/, name)
  for (const name of Object.keys(asTheyStand)) assert.match(texts[name]!, /from ?"node:(crypto|os)"/, name)
  const said = async (name: string): Promise<string> => {
    const file = join(root, 'out', `${name}.mjs`)
    await writeFile(file, texts[name]!)
    return (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', `import { said } from ${JSON.stringify(`file://${file}`)}; process.stdout.write(String(said))`])).stdout
  }
  assert.deepEqual(await Promise.all(['names.ts', 'bare.ts', 'whole.ts', 'space.ts', 'handed.ts'].map(said)), ['36 ca97', 'ca97', '36', 'true', '36'])
})

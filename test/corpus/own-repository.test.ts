// A service in somebody else's repository on every Node that klue supports; npm fetches those that are not here.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { emptyFolder, packKit, run } from '../package/pack.ts'
import { playRepository } from '../package/play-repository.ts'

const { folder, remove } = emptyFolder('versions')
after(remove)
let tarball = ''

test('npm pack builds the package', () => {
  tarball = packKit(folder)
})

for (const version of ['20.19', '22', '24']) {
  const place = emptyFolder(`node-${version}`)
  after(place.remove)
  let node = ''

  test(`Node ${version} is there`, () => {
    const { code, stdout, stderr } = run('npx', ['--yes', `--package=node@${version}`, '--', 'node', '-p', 'process.execPath'], { cwd: folder })
    assert.equal(code, 0, stderr)
    node = stdout.trim().split('\n').at(-1)!
    assert.ok(run(node, ['--version'], { cwd: folder }).stdout.startsWith(`v${version}`))
  })

  playRepository(`Node ${version}`, { folder: place.folder, tarball: () => tarball, node: () => node, login: version === '24' })
}

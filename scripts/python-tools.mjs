// Puts the Python programs of the deploy suite into .klue/ministack/, in the versions of test/deploy/requirements.txt.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const candidates = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14', 'python3', 'python']

/** The folder of the programs; installs them where they are missing. Throws an Error with one sentence where that fails. */
export function ensurePythonTools(root) {
  const venv = join(root, '.klue', 'ministack')
  const bin = join(venv, 'bin')
  const requirements = join(root, 'test', 'deploy', 'requirements.txt')
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  const mark = join(venv, 'klue-requirements')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted && run(join(bin, 'python'), ['-c', 'import ministack, cfnlint']).ok) return bin
  const python = findPython()
  process.stderr.write(`Installing MiniStack and cfn-lint into .klue/ministack with ${python}, once ...\n`)
  rmSync(venv, { recursive: true, force: true })
  mkdirSync(join(root, '.klue'), { recursive: true, mode: 0o700 })
  const made = run(python, ['-m', 'venv', venv])
  if (!made.ok) throw new Error(`${python} could not make a virtual environment: ${made.text} (install its parts venv and ensurepip, on Debian and Ubuntu the package python3-venv)`)
  const installed = run(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', requirements])
  if (!installed.ok) throw new Error(`pip could not install test/deploy/requirements.txt: ${installed.text} (check the network and the package index of pip)`)
  writeFileSync(mark, wanted)
  return bin
}

function findPython() {
  const tooOld = []
  for (const name of candidates) {
    const { ok, text } = run(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])
    if (!ok) continue
    const [major, minor] = text.split('.').map(Number)
    if (major === 3 && minor >= 10) return name
    tooOld.push(`${name} is ${text}`)
  }
  const found = tooOld.length === 0 ? 'none was found' : tooOld.join(', ')
  throw new Error(`The deploy suite needs Python 3.10 or newer with pip: ${found} (install one, on Debian and Ubuntu: apt install python3 python3-venv)`)
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  const text = `${stdout ?? ''}${status === 0 ? '' : (stderr ?? '')}`.trim().split('\n').slice(-3).join(' ')
  return { ok: status === 0, text: error === undefined ? text : error.message }
}

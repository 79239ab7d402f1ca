// Writes package-lock.json anew, for every platform: node scripts/lock.mjs
// npm leaves out the optional packages of other platforms where node_modules exists already, and npm ci then refuses the lock file.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'klue-lock-'))
for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(root, file), join(folder, file))
const { status } = spawnSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--omit-lockfile-registry-resolved'], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' })
if (status === 0) copyFileSync(join(folder, 'package-lock.json'), join(root, 'package-lock.json'))
rmSync(folder, { recursive: true })
process.exitCode = status ?? 1

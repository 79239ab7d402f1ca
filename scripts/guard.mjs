// Runs a command that must not outlive its asker: node scripts/guard.mjs [--remove FOLDER] -- command [arguments]
// The command gets a process group of its own. The group ends with the command, on a signal, and when the
// channel to the asker closes, which it does however the asker ends. Then the folder goes.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const words = process.argv.slice(2)
const at = words.indexOf('--')
const folder = words[0] === '--remove' ? words[1] : undefined
const [command, ...args] = words.slice(at + 1)

const child = spawn(command, args, { detached: true, stdio: 'inherit' })
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  void end(127)
})
child.on('exit', (code, signal) => void end(code ?? (signal === null ? 1 : 143)))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(143))
process.on('disconnect', () => void end(143))
process.on('message', (message) => message === 'stop' && void end(0))
process.send?.({ group: child.pid })

let isEnding = false

async function end(code) {
  if (isEnding) return
  isEnding = true
  // Polite first: the emulator takes its workers down. Whoever is left is killed.
  signalGroup('SIGTERM')
  for (let waited = 0; waited < 5000 && signalGroup(0); waited += 50) await sleep(50)
  signalGroup('SIGKILL')
  // Where nobody collects them, the dead stay in the group.
  for (let waited = 0; waited < 2000 && signalGroup(0); waited += 50) await sleep(50)
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit(code)
}

// Whether the group has a member that takes the signal.
function signalGroup(signal) {
  try {
    if (child.pid === undefined) return false
    process.kill(-child.pid, signal)
    return true
  } catch {
    return false
  }
}

// The release that stored a row for each request, as the history of this repository has it: what tests of an upgrade go on from.
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './rules/imports.ts'

/** The last commit that stored a row for each request. */
const releaseBefore = '383d5a5'

/** Writes its code into a new folder, as an installed kit; gives the folder. Throws where this clone does not have it. */
export function unpackReleaseBefore(folder: string): string {
  let archive: Buffer
  try {
    archive = execFileSync('git', ['archive', releaseBefore, 'src', 'package.json', 'tsconfig.json'], { cwd: root, maxBuffer: 100 * 2 ** 20, stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (cause) {
    throw new Error(`The release before (${releaseBefore}) is not in ${root}: its history is cut off, or it is no clone (in a clone, fetch all of it with "git fetch --unshallow")`, { cause })
  }
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
  return folder
}

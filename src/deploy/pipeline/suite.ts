// Runs the acceptance suite of the project against an address, in a process of its own.
import { join } from 'node:path'
import { environment } from '../../config/index.ts'
import { runNode, usefulLines } from './child.ts'
import type { StageAddresses } from './addresses.ts'
import type { Stage } from './open-stage.ts'
import { Stop } from './outcome.ts'
import { makeSuiteCaller } from './suite-caller.ts'

export interface SuiteRun {
  addresses: StageAddresses
  /** Only tests marked `liveSafe`. */
  isLiveSafe: boolean
  /** What it runs against, for the sentence and the file of the output. */
  target: 'candidate' | 'live'
}

/** Runs it and gives what it found in a few words. Throws a Stop where a test fails. */
export async function runSuite(stage: Stage, { addresses, isLiveSafe, target }: SuiteRun): Promise<string> {
  const { root, loaded, store, klue } = stage
  const caller = await makeSuiteCaller({ loaded, store })
  try {
    const services = Object.entries(addresses.services).flatMap(([api, url]) => ['--service', `${api}=${url}`])
    const words = [...klue, 'test', '--url', addresses.main, ...services, ...(isLiveSafe ? ['--live-safe'] : [])]
    const onLine = stage.isVerbose ? (note: string): void => stage.tell({ step: 'suite', state: 'says', note }) : undefined
    // The stage's settings say which APIs lie elsewhere.
    const { code, printed } = await runNode(words, { cwd: root, env: { ...environment(), KLUE_STAGE: stage.name, ...caller.env }, log: join(stage.folder, `suite-${target}.log`), onLine })
    if (code !== 0) throw new Stop('failed', `the acceptance suite fails against ${target}; its whole output is in ${join('.klue', 'deploy', stage.name, `suite-${target}.log`)}`, failures(printed))
    return summary(printed)
  } finally {
    await caller.close()
  }
}

function failures(printed: string): string[] {
  const from = printed.indexOf('failing tests:')
  return usefulLines(from === -1 ? printed : printed.slice(from), 20)
}

function summary(printed: string): string {
  const number = (word: string): string => new RegExp(`^\\W*${word} (\\d+)$`, 'm').exec(printed)?.[1] ?? '0'
  return `${number('pass')} passed, ${number('skipped')} left out`
}

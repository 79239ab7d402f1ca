// Every command of klue, in the order of the help. Each loads what it works with when it runs.
import type { Command } from './command.ts'
import { add } from './commands/add.ts'
import { check } from './commands/check.ts'
import { config } from './commands/config.ts'
import { dev } from './commands/dev.ts'
import { generate } from './commands/generate.ts'
import { incidents } from './commands/incidents.ts'
import { ingest } from './commands/ingest.ts'
import { init } from './commands/init.ts'
import { logs } from './commands/logs.ts'
import { replay } from './commands/replay.ts'
import { secret } from './commands/secret.ts'
import { stats } from './commands/stats.ts'
import { test } from './commands/test.ts'
import { token } from './commands/token.ts'
import { user } from './commands/user.ts'

export const commands: readonly Command[] = [init, add, dev, check, generate, test, token, user, secret, logs, stats, incidents, replay, ingest, config]

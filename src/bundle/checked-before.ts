// The esbuild plugin that keeps out of a function what was checked before it was deployed.
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'

/** Where whoever imports a function to check it puts what checks its definitions: an object of the exports of `src/runtime/check-definitions.ts`. */
export const definitionChecks: unique symbol = Symbol.for('klue.definition-checks') as never

// A function in the account has nothing there: what it holds passed when it was made. What it runs by the clock lies beside it in a file, so that no rule is read.
const stub = `const checks = () => globalThis[Symbol.for('klue.definition-checks')]
export const taskFaults = (...given) => checks()?.taskFaults(...given) ?? []
export const consumerFaults = (...given) => checks()?.consumerFaults(...given) ?? []
export const scheduleRule = (...given) => checks()?.scheduleRule(...given) ?? {}`

/** Puts a stub in the place of what checks options that stand in code. */
export function checkedBefore(): Plugin {
  return {
    name: 'klue-checked-before',
    setup(build) {
      // A project may have a file of that name as well.
      build.onLoad({ filter: /[\\/]check-definitions\.[jt]s$/ }, ({ path }) => (path.startsWith(ownRuntime) ? { contents: stub, loader: 'js' } : undefined))
    },
  }
}

const ownRuntime = fileURLToPath(new URL('../runtime/', import.meta.url))

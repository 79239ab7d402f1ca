// The esbuild plugin that keeps out of a function what was checked before it was deployed.
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'

/** Where whoever imports a function to check it puts what checks the definitions of tasks. */
export const taskChecks: unique symbol = Symbol.for('klue.task-checks') as never

// A function in the account has nothing there: what it holds passed when it was made.
const stub = "export const taskFaults = (...given) => globalThis[Symbol.for('klue.task-checks')]?.(...given) ?? []"

/** Puts a stub in the place of what checks options that stand in code. */
export function checkedBefore(): Plugin {
  return {
    name: 'klue-checked-before',
    setup(build) {
      // A project may have a file of that name as well.
      build.onLoad({ filter: /[\\/]check-task\.[jt]s$/ }, ({ path }) => (path.startsWith(ownRuntime) ? { contents: stub, loader: 'js' } : undefined))
    },
  }
}

const ownRuntime = fileURLToPath(new URL('../runtime/', import.meta.url))

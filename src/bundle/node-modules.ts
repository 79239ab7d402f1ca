// The esbuild plugin that takes Node's own modules as they are: an import of one makes Node read every property of it, which loads parts that nobody asked for.
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'

// With a separator at its end.
const kit = fileURLToPath(new URL('..', import.meta.url))

/** Replaces what the kit imports of Node's modules by a look at the names that are used. */
export function plainNodeModules(): Plugin {
  return {
    name: 'klue-node-modules',
    setup(build) {
      build.onResolve({ filter: /^node:/ }, ({ path, kind, importer }) => {
        // Of the kit alone: others may use names that the Node of this machine does not have.
        const isOurs = importer.startsWith(kit) && kind === 'import-statement'
        return isOurs && isBuiltin(path) ? { path, namespace: 'klue-node', sideEffects: false } : undefined
      })
      build.onLoad({ filter: /.*/, namespace: 'klue-node' }, ({ path }) => ({ contents: namesOf(path), loader: 'js' }))
    },
  }
}

// Marked as pure: of a name that nobody uses nothing is left.
function namesOf(path: string): string {
  const names = Object.keys(process.getBuiltinModule(path) as object).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default')
  return [`const whole = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)})`, ...names.map((name) => `const own_${name} = /* @__PURE__ */ (() => whole.${name})()\nexport { own_${name} as ${name} }`)].join('\n')
}

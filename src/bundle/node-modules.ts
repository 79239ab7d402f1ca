// The esbuild plugin that takes Node's own modules as they are: an import of one makes Node read every property of it, which loads parts that nobody asked for.
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'

// With a separator at its end.
const kit = fileURLToPath(new URL('..', import.meta.url))

/** Replaces what the kit imports of Node's modules, and anybody of node:crypto, by a look at the names that are used. */
export function plainNodeModules(): Plugin {
  return {
    name: 'klue-node-modules',
    setup(build) {
      build.onResolve({ filter: /^node:|^crypto$/ }, async ({ path, kind, importer }) => {
        if (kind !== 'import-statement' || !isBuiltin(path)) return undefined
        const isPlain = importer.startsWith(kit) || (/^(?:node:)?crypto$/.test(path) && (await takesKnownNames(importer)))
        return isPlain ? { path: path.startsWith('node:') ? path : `node:${path}`, namespace: 'klue-node', sideEffects: false } : undefined
      })
      build.onLoad({ filter: /.*/, namespace: 'klue-node' }, ({ path }) => ({ contents: namesOf(path), loader: 'js' }))
    },
  }
}

// Marked as pure: of a name that nobody uses nothing is left.
function namesOf(path: string): string {
  const names = ownNames(path)
  return [`const whole = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)})`, ...names.map((name) => `const own_${name} = /* @__PURE__ */ (() => whole.${name})()\nexport { own_${name} as ${name} }`)].join('\n')
}

function ownNames(path: string): string[] {
  return Object.keys(process.getBuiltinModule(path) as object).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default')
}

// Of node:crypto every property means the whole of Web Crypto, a seventh of what a start takes, and nearly every service wants an id or a hash.
// Others than the kit may use names that the Node of this machine does not have: what is not sure to be a list of known names stays an import.
async function takesKnownNames(importer: string): Promise<boolean> {
  const text = await readFile(importer, 'utf8').catch(() => '')
  const clauses = [...text.matchAll(/\b(?:import|export)\b([^;'"]*?)\bfrom\s*['"](?:node:)?crypto['"]/g)].map(([, clause]) => clause!.trim())
  const known = new Set(ownNames('node:crypto'))
  return clauses.length > 0 && clauses.every((clause) => {
    const list = /^(?:type\s*)?\{([^{}]*)\}$/.exec(clause)?.[1]
    return list?.split(',').map((part) => part.trim()).every((part) => part === '' || part.startsWith('type ') || known.has(part.split(/\s+as\s+/)[0]!)) === true
  })
}

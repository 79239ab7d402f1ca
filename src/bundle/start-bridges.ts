// Gives later parts what the one module of a start holds: at their tops, without modules between, and with few exports.

/** What later parts take from a module of the start: by its name there, and by where the entry has it. */
export interface Bridge {
  name: string
  /** The names never change their values, so that a list of these does. */
  isFixed: boolean
  names: [inner: string, outer: string][]
}

// While V8 compiles a function it looks for each global name among all exports of the module, one by one: a start gives what
// does not change as one list. An import of a name that changes has to follow it.
const list = '$0'
// Longer than the names that esbuild makes.
const localList = 'klueStart'

/** A bridge to each of the modules; outer names are places in the list, or names of the entry's own. */
export function bridgesOf(modules: readonly string[], { taken, exported, isFixed }: { taken: (module: string) => string[] | undefined; exported: (module: string) => string[]; isFixed: (module: string) => boolean }): Bridge[] {
  let [place, count] = [-1, 0]
  return modules.map((name) => ({ name, isFixed: isFixed(name), names: (taken(name) ?? exported(name)).map((inner) => [inner, isFixed(name) ? String((place += 1)) : `$${(count += 1).toString(36)}`]) }))
}

/** The lines of the entry that give what bridges lead to. */
export function handedOut(bridges: readonly Bridge[]): string[] {
  const clause = (names: Bridge['names'], local: (outer: string) => string): string => names.map(([inner, outer]) => `${inner} as ${local(outer)}`).join(', ')
  const fixed = bridges.filter(({ isFixed, names }) => isFixed && names.length > 0)
  return [
    ...bridges.filter(({ isFixed }) => !isFixed).map(({ name, names }) => `export { ${clause(names, (outer) => outer)} } from './${name}'`),
    ...fixed.map(({ name, names }) => `import { ${clause(names, (outer) => `part${outer}`)} } from './${name}'`),
    ...(fixed.length === 0 ? [] : [`const parts = () => [${fixed.flatMap(({ names }) => names).map(([, outer]) => `part${outer}`).join(', ')}]`, `export { parts as ${list} }`]),
  ]
}

/** A module in the place of one of the start, for what names that one in another way than an import at its top. */
export function moduleOf({ isFixed, names }: Bridge, entry: string): string {
  if (!isFixed || names.length === 0) return `export{${names.map(([inner, outer]) => `${outer} as ${inner}`).join(',')}}from"./${entry}";\n`
  return `import{${list} as ${localList}}from"./${entry}";const{${names.map(([, outer]) => `${outer}:part${outer}`).join(',')}}=${localList}();export{${names.map(([inner, outer]) => `part${outer} as ${inner}`).join(',')}};\n`
}

const imports = /\bimport\{([^{}"]*)\}from"\.\/([\w.-]+)";/g

function innerNames(names: string): string[] {
  return names.split(',').filter((part) => part !== '').map((part) => part.split(' as ')[0]!)
}

/** The names that later parts import from a module at their tops; undefined where one refers to it in another way, so that it may need all. */
export function takenNames(later: readonly string[]): (module: string) => string[] | undefined {
  const texts = later.filter((text) => !text.startsWith('{'))
  return (module) => {
    const clauses = texts.flatMap((text) => [...text.matchAll(imports)].filter(([, , from]) => from === module).map(([, names]) => names!))
    const mentions = texts.reduce((sum, text) => sum + text.split(`"./${module}"`).length - 1, 0)
    return mentions === clauses.length ? [...new Set(clauses.flatMap(innerNames))] : undefined
  }
}

/**
 * Takes from the entry what a later part took from modules of the start: each module between would have to be found, read and linked.
 * The new imports stand beside the banner, and blanks in place of the old ones, so that the columns of the source map stay right.
 */
export function withoutBridges(text: string, { entry, banner, bridges }: { entry: string; banner: string; bridges: Bridge[] }): string {
  const [fixed, changing]: [string[], string[]] = [[], []]
  // What a part imports without a name has run with the start.
  const unnamed = text.replace(/\bimport"\.\/([\w.-]+)";/g, (found, from: string) => (bridges.some(({ name }) => name === from) ? ' '.repeat(found.length) : found))
  const rest = unnamed.replace(imports, (found, names: string, from: string) => {
    const bridge = bridges.find(({ name }) => name === from)
    if (bridge === undefined) return found
    const outerOf = new Map(bridge.names)
    for (const part of names.split(',').filter((name) => name !== '')) {
      const [inner, local = inner] = part.split(' as ') as [string, string?]
      if (bridge.isFixed) fixed.push(`${outerOf.get(inner)!}: ${local}`)
      else changing.push(`${outerOf.get(inner)!} as ${local}`)
    }
    return ' '.repeat(found.length)
  })
  const taken = [...changing, ...(fixed.length === 0 ? [] : [`${list} as ${localList}`])]
  return taken.length === 0 ? rest : rest.replace(banner, () => `${banner} import { ${taken.join(', ')} } from './${entry}';${fixed.length === 0 ? '' : ` const { ${fixed.join(', ')} } = ${localList}();`}`)
}

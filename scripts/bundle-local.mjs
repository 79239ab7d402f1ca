// Bundles what `klue dev` starts with into dist/local/: node scripts/bundle-local.mjs [dist]
// Node takes longer to find some two hundred small files than to run them.
import { readFile, rm } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = resolve(process.argv[2] ?? join(root, 'dist'))
const outdir = join(dist, 'local')

// The doors that handlers import are among the entries: they and the server have to share one copy.
const entries = { dev: 'cli/dev-alone.js', runtime: 'runtime/index.js', lambda: 'lambda/index.js', client: 'client/index.js', 'data-thread': 'dev/data-thread.js' }

// Files find others by where they lie themselves: each keeps a name of its own for that.
const places = {
  name: 'places',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const place = relative(dist, path).split(sep).join('/')
      if (place.startsWith('..')) return undefined
      const text = await readFile(path, 'utf8')
      return text.includes('import.meta.url') ? { contents: `const klueOwnPlace = new URL(${JSON.stringify(`../${place}`)}, klueBundlePlace).href; ${text}`, loader: 'js' } : undefined
    })
  },
}

// Two packages come along; the others are loaded where they are first used.
const packages = {
  name: 'packages',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer }) => (/^(yaml|openapi-backend)(\/|$)/.test(path) || !importer.startsWith(dist) || /^(\/|[A-Za-z]:)/.test(path) ? undefined : { path, external: true }))
  },
}

const { slimOpenapiBackend } = await import(pathToFileURL(join(dist, 'bundle', 'slim.js')).href)
await rm(outdir, { recursive: true, force: true })
await build({
  entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(dist, file)])),
  nodePaths: [join(root, 'node_modules')],
  outdir,
  splitting: true,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  define: { KLUE_KIT_FOLDER: '"../local/"', 'import.meta.url': 'klueOwnPlace' },
  banner: { js: "import { createRequire as klueRequire } from 'node:module'; const require = klueRequire(import.meta.url), klueBundlePlace = import.meta.url;" },
  logLevel: 'warning',
  plugins: [slimOpenapiBackend(), packages, places],
})

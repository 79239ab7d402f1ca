// Makes the compiled form of the kit's own document where the kit runs from its sources; its package holds it.
import { fileURLToPath } from 'node:url'

/** Must be awaited before the service is used. Takes no time where nothing changed. */
export async function compileOps(): Promise<void> {
  if (!import.meta.url.endsWith('.ts')) return
  const { generate } = await import('../openapi/generate.ts')
  await generate(fileURLToPath(new URL('../..', import.meta.url)), { documents: 'src/ops', outDir: 'src/ops/gen' })
}

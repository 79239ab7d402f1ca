// Two releases of a large public document: GitHub's REST API as of two majors of the package that carries it.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { JsonObject } from '../../src/openapi/index.ts'
import { setAt } from './base-document.ts'

/** The older release and the newer. */
export function twoReleases(): { before: JsonObject; after: JsonObject } {
  const text = gunzipSync(readFileSync(new URL('../fixtures/github.json.gz', import.meta.url))).toString('utf8')
  const patch = JSON.parse(gunzipSync(readFileSync(new URL('../fixtures/github-22.patch.json.gz', import.meta.url))).toString('utf8')) as [string, unknown?][]
  const before = JSON.parse(text) as JsonObject
  for (const [pointer, value] of patch) setAt(before, `/${pointer}`, value)
  return { before, after: JSON.parse(text) as JsonObject }
}

// How the secrets of a stage are called.
import type { Config } from './keys.ts'

/** What the names of the secrets of a stage begin with. */
export function secretPrefix({ name, stage }: Pick<Config, 'name' | 'stage'>): string {
  return `klue/${name}/${stage}/`
}

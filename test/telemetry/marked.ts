// Lines as the kit writes them, from records made for a test.
import { lineShape, markName } from '../../src/config/index.ts'

export function marked(record: object): string {
  return JSON.stringify({ [markName]: lineShape, ...record })
}

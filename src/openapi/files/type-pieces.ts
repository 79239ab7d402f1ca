// Keeps the pieces of a printed file of types, so that a run prints only what changed since the one before.
import { hashText } from './output-folder.ts'

/** Pieces of a text as JSON: where they begin, what stands between them, and the types that each names. */
export interface StoredTypes {
  /** Hash of the text. */
  hash: string
  /** Keys of types, each followed by its name. */
  names: string[]
  runs: { start: number; gap: number; pieces: [id: string, length: number, ...uses: number[]][] }[]
}

interface Piece {
  text: string
  /** Names of types by their keys, in the order in which they were needed. */
  uses: ReadonlyMap<string, string>
}

export interface TypePieces {
  /** A piece of the run before, where nothing that it is made from has changed. */
  before: (id: string) => Piece | undefined
  note: (id: string, piece: Piece) => void
  /** What to remember; `runs` says where in the text the pieces stand. */
  store: (text: string, runs: { start: number; gap: number; ids: string[] }[]) => StoredTypes
}

/** @param kept the text of the run before, what was remembered of it, and which pieces can be used again */
export function typePieces(kept?: { text: string; stored: StoredTypes; isUnchanged: (id: string) => boolean }): TypePieces {
  const before = kept !== undefined && hashText(kept.text) === kept.stored.hash ? piecesOf(kept.text, kept.stored) : new Map<string, Piece>()
  const noted = new Map<string, Piece>()
  return {
    before: (id) => (kept?.isUnchanged(id) === true ? before.get(id) : undefined),
    note: (id, piece) => void noted.set(id, piece),
    store: (text, runs) => {
      const names = new Map<string, string>()
      for (const { uses } of noted.values()) for (const [key, name] of uses) names.set(key, name)
      const indexes = new Map([...names.keys()].map((key, index) => [key, index]))
      const stored = (id: string): StoredTypes['runs'][number]['pieces'][number] => {
        const piece = noted.get(id)
        return [id, piece?.text.length ?? 0, ...[...(piece?.uses.keys() ?? [])].map((key) => indexes.get(key) ?? 0)]
      }
      return { hash: hashText(text), names: [...names].flat(), runs: runs.map(({ start, gap, ids }) => ({ start, gap, pieces: ids.map(stored) })) }
    },
  }
}

function piecesOf(text: string, { names, runs }: StoredTypes): Map<string, Piece> {
  const pieces = new Map<string, Piece>()
  for (const { start, gap, pieces: stored } of runs) {
    let at = start
    for (const [id, length, ...uses] of stored) {
      pieces.set(id, { text: text.slice(at, at + length), uses: new Map(uses.map((use) => [names[use * 2] ?? '', names[use * 2 + 1] ?? ''])) })
      at += length + gap
    }
  }
  return pieces
}

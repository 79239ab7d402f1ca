// Keeps the last bundle of a project, for a start after which nothing has changed: then esbuild need not even be loaded.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writePrivateFile } from '../workfolder/index.ts'
import { changedSince, fileState } from './file-state.ts'
import { kitFolder } from './kit-folder.ts'

export interface KeptBundle {
  /** Path below the bundle's folder and text of each file. */
  files: [path: string, text: string][]
  /** Absolute paths of the files that went in. */
  inputs: string[]
  /** Folders of the compiled APIs, and of the copies that the bundle reads. */
  apis: [compiled: string, copy: string][]
}

interface Stored extends KeptBundle {
  /** What else decides about a bundle. */
  made: string
  /** What the files and folders looked like. */
  seen: string
}

export interface KeptPlace {
  root: string
  entries: string[]
  /** The file that holds it. */
  path: string
}

/** The bundle, if it is what esbuild would make now. */
export function readKept(place: KeptPlace): KeptBundle | undefined {
  try {
    const stored = JSON.parse(readFileSync(place.path, 'utf8')) as Stored
    return stored.made === madeWith(place) && stored.seen === look(place.root, stored.inputs) ? stored : undefined
  } catch {
    // None yet, one of another version, or a file that is gone.
    return undefined
  }
}

/** Keeps a bundle whose making began at `startedAt` (epoch milliseconds), unless something may have changed meanwhile. */
export function writeKept(place: KeptPlace, bundle: KeptBundle, startedAt: number): void {
  try {
    if (changedSince(bundle.inputs, startedAt) || inherits(place.root)) return
    const stored: Stored = { ...bundle, made: madeWith(place), seen: look(place.root, bundle.inputs) }
    writePrivateFile(place.path, JSON.stringify(stored))
  } catch {
    // Where it cannot be kept, the next start does all the work.
  }
}

// Counts up with whatever changes in a bundle.
const form = 2

function madeWith({ root, entries }: KeptPlace): string {
  return JSON.stringify([form, root, entries, process.versions.node, kitFolder()?.href, fileState(fileURLToPath(import.meta.url))])
}

const settings = ['package.json', 'tsconfig.json', 'functions/package.json', 'functions/tsconfig.json']

// A file that is new beside others may be meant by an import from now on.
function look(root: string, inputs: readonly string[]): string {
  const folders = [...new Set(inputs.map(dirname))].sort()
  const names = folders.map((folder) => readdirSync(folder).sort().join('/'))
  const files = [...inputs].sort().map((path) => `${path} ${fileState(path)}`)
  const decisive = settings.map((name) => (existsSync(join(root, name)) ? fileState(join(root, name)) : ''))
  return createHash('sha256').update(JSON.stringify([folders, names, files, decisive])).digest('base64url')
}

// What settings inherit from lies anywhere.
function inherits(root: string): boolean {
  return settings.some((name) => name.endsWith('tsconfig.json') && existsSync(join(root, name)) && readFileSync(join(root, name), 'utf8').includes('"extends"'))
}

// Packs the kit as npm does from a clean checkout, and puts the package into a project without a download.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { root } from '../rules/imports.ts'

export interface Manifest {
  version: string
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  scripts?: Record<string, string>
  bin?: Record<string, string> | string
}

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

/** A command in a folder, in an environment without anything of this repository. */
export function run(command: string, words: readonly string[], { cwd, node = process.execPath, env = {} }: { cwd: string; node?: string; env?: Record<string, string> }): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, words, { cwd, env: cleanEnvironment(cwd, node, env), encoding: 'utf8', maxBuffer: 100 * 1024 * 1024, shell: process.platform === 'win32' })
  if (error !== undefined) throw error
  return { code: status, stdout, stderr }
}

/** What a shell of a new user has: a path whose Node is the wanted one, and a home without settings. */
export function cleanEnvironment(home: string, node: string, more: Record<string, string> = {}): Record<string, string> {
  return { PATH: [dirname(node), process.env['PATH']].join(delimiter), HOME: home, TMPDIR: tmpdir(), NO_COLOR: '1', npm_config_update_notifier: 'false', CDK_DISABLE_CLI_TELEMETRY: 'true', ...more }
}

/** Runs `npm pack` in a copy of what is in the repository; gives the tarball. */
export function packKit(folder: string): string {
  const kit = join(folder, 'checkout')
  for (const name of ['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'README.md', 'LICENSE']) cpSync(join(root, name), join(kit, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(kit, 'node_modules'), 'dir')
  const { code, stdout, stderr } = run('npm', ['pack', '--pack-destination', folder], { cwd: kit })
  if (code !== 0) throw new Error(`npm pack ended with ${code}:\n${stdout}${stderr}`)
  return join(folder, `klue-${readManifest(kit).version}.tgz`)
}

/** A temporary folder far from the repository. */
export function emptyFolder(name: string): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), `klue-${name}-`))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Unpacks a tarball into `node_modules/klue`, and links what it and the project depend on beside it, as npm would install it. */
export function installLinked(project: string, tarball: string): void {
  const modules = join(project, 'node_modules')
  mkdirSync(join(modules, 'klue'), { recursive: true })
  mkdirSync(join(modules, '.bin'), { recursive: true })
  const { code, stderr } = run('tar', ['-xzf', tarball, '-C', join(modules, 'klue'), '--strip-components=1'], { cwd: project })
  if (code !== 0) throw new Error(`tar ended with ${code}: ${stderr}`)
  const wanted = [...Object.keys(readManifest(join(modules, 'klue')).dependencies), ...(existsSync(join(project, 'package.json')) ? Object.keys(readManifest(project).devDependencies) : [])]
  for (const name of new Set(wanted)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'dir')
    linkBins(modules, name)
  }
  linkBins(modules, 'klue')
}

function linkBins(modules: string, name: string): void {
  const { bin = {} } = readManifest(join(modules, name))
  const bins = typeof bin === 'string' ? { [name.split('/').at(-1)!]: bin } : bin
  for (const [command, file] of Object.entries(bins)) {
    if (name === 'klue') chmodSync(join(modules, name, file), 0o755)
    symlinkSync(join('..', name, file), join(modules, '.bin', command))
  }
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

// What is deployed, as git knows it: the version of the last commit, and whether anything differs from it.
import { execFileSync } from 'node:child_process'
import { UsageError } from '../errors/index.ts'

/**
 * The version of a clean or dirty work tree: `YYMMDD-HHMM-<count>-<sha6>`, the time (UTC) being that of the last commit,
 * so that the same commit has the same version. Undefined where there is no repository.
 */
export function versionStamp(root: string): string | undefined {
  try {
    const [seconds, sha] = git(root, 'log', '-1', '--format=%ct %H').split(' ')
    const [date, time] = new Date(Number(seconds) * 1000).toISOString().split('T') as [string, string]
    return `${date.slice(2).replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-${git(root, 'rev-list', '--count', 'HEAD')}-${sha!.slice(0, 6)}`
  } catch {
    return undefined
  }
}

// As many are told at once.
const shownFiles = 10

/** A commit that can be deployed. */
export interface CleanCommit {
  version: string
  /** Whole id. */
  commit: string
}

/**
 * The commit of a clean work tree.
 * @throws UsageError where there is no commit, where files of the project differ from it, or where the clone has no history
 */
export function cleanCommit(root: string): CleanCommit {
  const version = versionStamp(root)
  if (version === undefined) throw new UsageError({ code: 'git-missing', file: '', message: 'there is no commit to deploy: the folder of the project is no git repository, or has no commit yet', hint: 'git init && git add . && git commit' })
  const changed = changedFiles(root)
  if (changed.length > 0) throw new UsageError(changed.slice(0, shownFiles).map((file) => ({ code: 'git-dirty', file, message: 'it differs from the last commit, and what is deployed must be found again', hint: 'commit it, or set it aside with git stash' })))
  // The number of commits, and so the version, would be another one than in a whole clone.
  if (git(root, 'rev-parse', '--is-shallow-repository') === 'true') throw new UsageError({ code: 'git-shallow', file: '', message: 'this clone has no history, which the version is made of', hint: 'git fetch --unshallow, or fetch-depth: 0 in GitHub Actions' })
  return { version, commit: git(root, 'rev-parse', 'HEAD') }
}

/** Throws a UsageError where tests or synthesis have changed files: then something else is deployed than what was committed. */
export function checkStillClean(root: string): void {
  const changed = changedFiles(root)
  if (changed.length > 0) throw new UsageError(changed.slice(0, shownFiles).map((file) => ({ code: 'git-changed', file, message: 'it was written while the commit was tested and synthesised', hint: 'run npx klue generate and commit what it writes, or list the file in .gitignore' })))
}

function changedFiles(root: string): string[] {
  return git(root, 'status', '--porcelain', '--', '.').split('\n').filter((line) => line !== '').map((line) => line.replace(/^\s*\S+\s+/, ''))
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}

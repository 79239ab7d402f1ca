// Which stage is meant, and which version it gets.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { App } from 'aws-cdk-lib'
import { env, setEnvironment } from '../../src/config/index.ts'
import { personalStage, stageOf, versionStamp } from '../../src/infra/stage.ts'
import { removeProjects, temporaryFolder } from './projects.ts'

after(removeProjects)

test('the stage is that of the context, else of the environment, else of the user', () => {
  const before = env('KLUE_STAGE')
  try {
    setEnvironment('KLUE_STAGE', 'staging')
    assert.equal(stageOf(new App({ context: { stage: 'live' } })), 'live')
    assert.equal(stageOf(new App()), 'staging')
    setEnvironment('KLUE_STAGE', undefined)
    assert.match(stageOf(new App()), /^[a-z][a-z0-9-]{0,19}$/)
  } finally {
    setEnvironment('KLUE_STAGE', before)
  }
})

test('a personal stage is made of letters, digits and dashes, and is none that others depend on', () => {
  const names: Record<string, string> = { ann: 'ann', 'Ann.Smith': 'ann-smith', 'Zoë': 'zoe', '42': 'dev', live: 'dev-live', local: 'dev-local', root: 'dev-root', 'a-very-long-name-of-a-user': 'a-very-long-name', '-x-': 'x' }
  for (const [user, stage] of Object.entries(names)) assert.equal(personalStage(user), stage, user)
})

test('the version is that of the last commit, and none without a repository', () => {
  const root = temporaryFolder()
  const git = (...args: string[]): string => execFileSync('git', ['-C', root, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { encoding: 'utf8', env: { ...process.env, GIT_AUTHOR_DATE: '2026-03-01T09:30:00+01:00', GIT_COMMITTER_DATE: '2026-03-01T09:30:00+01:00', GIT_CEILING_DIRECTORIES: join(root, '..') }, stdio: ['ignore', 'pipe', 'ignore'] })
  assert.equal(versionStamp(root), undefined)
  git('init', '-q')
  for (const text of ['one', 'two']) {
    writeFileSync(join(root, 'file'), text)
    git('add', '.')
    git('commit', '-q', '-m', text)
  }
  assert.equal(versionStamp(root), `260301-0830-2-${git('rev-parse', 'HEAD').slice(0, 6)}`)
})

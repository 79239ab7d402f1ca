// Tests of one deployment, each of which needs those before it.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Cloud } from './cloud.ts'
import { logLines } from './stack.ts'

/** Declares tests that run in order: after a failure the others say so instead of failing in their own ways, and what the functions wrote is kept. */
export function inOrder(cloud: () => Cloud): (title: string, body: () => Promise<void>) => void {
  let failed: string | undefined
  return (title, body) => {
    test(title, { timeout: 900_000 }, async () => {
      if (failed !== undefined) assert.fail(`not tried, for "${failed}" failed`)
      try {
        await body()
      } catch (error) {
        failed = title
        const lines = await logLines(cloud()).catch(() => [])
        writeFileSync(join(cloud().logs, 'functions.log'), lines.map(({ group, message }) => `${group} ${message}\n`).join(''))
        throw error
      }
    })
  }
}

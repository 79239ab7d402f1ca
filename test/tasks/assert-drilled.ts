// What must hold of tasks after a storm of kills.
import assert from 'node:assert/strict'
import type { Drilled } from './sqs-drill.ts'

export function assertDrilled({ states, open, recorded, repeated, doubled }: Drilled, tell: (sentence: string) => void): void {
  assert.equal(open, 0, `${open} tasks are not done`)
  // Every run that was begun ended well, failed, or was lost: nothing is counted twice, and nothing is left out.
  assert.deepEqual(states.filter(({ attempt, lease }) => attempt + 1 !== lease), [])
  assert.ok(states.filter((_, index) => index % 10 === 0).every(({ attempt }) => attempt >= 1))
  // A recorded step has one result, so that no two runs of one task were valid at the same time.
  assert.deepEqual([recorded.size, doubled], [states.length * 2, 0])
  const lost = states.filter(({ attempt }, index) => attempt > (index % 10 === 0 ? 1 : 0)).length
  tell(`${lost} tasks lost a run, ${repeated} steps ran again between effect and record`)
  assert.ok(lost > 0, 'the kills met runs')
  assert.ok(repeated <= states.reduce((sum, { attempt }) => sum + attempt, 0))
}

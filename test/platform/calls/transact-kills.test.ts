// Transactions beside each other, beside single writes and reads, and under kills: the sum never changes, and streams tell what is there.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openLocalDynamo } from '../../../src/platform/local/index.ts'
import { type Caller, callerOf, done, key } from './one-table.ts'
import { accounts, balances, indexOf, openAccounts, replayed, total, transfer } from './transfers.ts'

async function compare(call: Caller): Promise<number> {
  const { found, expected, transfers } = await balances(call)
  assert.deepEqual(found, expected)
  for (const table of ['accounts', 'transfers']) assert.deepEqual(...(await indexOf(call, table)), table)
  for (const table of ['transfers', 'singles']) assert.deepEqual(...(await replayed(call, table)), table)
  return transfers
}

test('transactions, single writes and reads that run at once see each other whole', async () => {
  const dynamo = await openLocalDynamo({ memory: true })
  try {
    const call = callerOf(dynamo)
    await openAccounts(call)
    await done(call, 'PutItem', { TableName: 'accounts', Item: { ...key('single'), n: { N: '0' }, owner: { S: 'x' } } })
    let sums = 0
    const read = async (): Promise<void> => {
      const { Responses } = (await done(call, 'TransactGetItems', { TransactItems: accounts.map((pk) => ({ Get: { TableName: 'accounts', Key: key(pk) } })) })) as unknown as { Responses: { Item: { amount: { N: string } } }[] }
      assert.equal(Responses.reduce((sum, { Item }) => sum + Number(Item.amount.N), 0), total)
      sums += 1
    }
    const single = (pk: string): Promise<object> => done(call, 'UpdateItem', { TableName: 'accounts', Key: key(pk), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } })
    const both = (pk: string): Promise<object> => done(call, 'TransactWriteItems', { TransactItems: [pk, accounts[3]!].map((one) => ({ Update: { TableName: 'accounts', Key: key(one), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } } })) })
    await Promise.all(Array.from({ length: 80 }, (_, index) => [transfer(call, index), read(), single('single'), both('single')]).flat())
    assert.equal(sums, 80)
    const { Item } = (await done(call, 'GetItem', { TableName: 'accounts', Key: key('single') })) as unknown as { Item: { n: { N: string } } }
    assert.equal(Item.n.N, '160')
    await done(call, 'DeleteItem', { TableName: 'accounts', Key: key('single') })
    assert.ok((await compare(call)) > 40)
  } finally {
    await dynamo.close()
  }
})

test('a process that is killed before or after a write, or at any moment, leaves whole transactions, and streams that tell what is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'klue-transfers-'))
  try {
    let dynamo = await openLocalDynamo({ folder })
    await openAccounts(callerOf(dynamo))
    await dynamo.close()
    const script = fileURLToPath(new URL('transfer-writer.ts', import.meta.url))
    let noted = 0
    for (const [round, [count, moment]] of ([[1, 'before'], [1, 'after'], [7, 'before'], [30, 'after'], [0, 'any'], [0, 'any']] as const).entries()) {
      const child = spawn(process.execPath, ['--conditions=klue-source', '--import', import.meta.resolve('tsx'), script, folder, String(round * 10_000), String(count), moment], { stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)))
      if (moment === 'any') child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), 100 + round * 37))
      assert.equal(await ended, 'SIGKILL')
      dynamo = await openLocalDynamo({ folder })
      const transfers = await compare(callerOf(dynamo))
      // One transaction is one write: index entries are never behind their items.
      assert.deepEqual(dynamo.repaired, { missing: 0, stale: 0 })
      assert.ok(transfers >= noted)
      noted = transfers
      // What the killed one may have done is not done twice.
      for (let number = round * 10_000; number < round * 10_000 + 8; number++) await transfer(callerOf(dynamo), number)
      assert.ok((await compare(callerOf(dynamo))) >= noted)
      await dynamo.close()
    }
    assert.ok(noted > 10)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

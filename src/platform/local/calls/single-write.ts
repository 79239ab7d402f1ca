// Single writes that tell the item where their condition is not met: the one thing that dynalite does not know of them.
import type { DynaliteTable, Item, WriteName } from '../dynalite.ts'
import { promised } from '../dynalite.ts'
import { type Refusal, refusal } from './answers.ts'
import type { Kit } from './kit.ts'
import { withLocks } from './locks.ts'
import { failedCondition, rehearse, type Write } from './rehearsal.ts'
import { onFailure } from './transact-input.ts'

const names: Readonly<Record<string, WriteName>> = { 'DynamoDB_20120810.PutItem': 'putItem', 'DynamoDB_20120810.UpdateItem': 'updateItem', 'DynamoDB_20120810.DeleteItem': 'deleteItem' }

/** Whether a call is such a write, told without reading it: all others stay as they are. */
export function mayTell(target: string, body: string | Buffer): boolean {
  return Object.hasOwn(names, target) && body.includes('"ReturnValuesOnConditionCheckFailure"')
}

/** The call of such a write. */
export function writeOne(target: string): (kit: Kit, input: Record<string, unknown>) => Promise<object> {
  const name = names[target]!
  return async (kit, input) => {
    const { dynalite } = kit
    const { types, custom } = dynalite.callOf(name)
    const data = dynalite.validations.checkTypes(input, { ...types, ReturnValuesOnConditionCheckFailure: onFailure })
    dynalite.validations.checkValidations(data, { ...types, ReturnValuesOnConditionCheckFailure: onFailure }, custom, dynalite.store)
    const table = await promised<DynaliteTable>((done) => dynalite.store.getTable(data['TableName'] as string, done))
    const fault = name === 'putItem' ? dynalite.logic.validateItem(data['Item'] as Item, table) : dynalite.logic.validateKey(data['Key'] as Item, table)
    if (fault) throw fault
    const write: Write = { name, table, key: dynalite.logic.createKey(data['Item'] ?? data['Key'], table), input: data }
    return withLocks(dynalite.store, [{ table: table.TableName, key: write.key }], async () => {
      const played = await rehearse(dynalite, write)
      if (played.refused !== undefined) throw failedCondition(played) && data['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD' && played.before !== undefined ? withItem(played.refused, played.before) : played.refused
      await kit.commit({ writes: [played] })
      return played.result
    })
  }
}

function withItem({ message }: Refusal, Item: Item): Refusal {
  return refusal('ConditionalCheckFailedException', message, { Item })
}

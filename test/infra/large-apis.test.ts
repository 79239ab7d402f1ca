// Stacks of large APIs stay below what CloudFormation takes.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { NestedStack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { operation, removeProjects, synthesise, type Synthesised } from './projects.ts'

after(removeProjects)

const resourcesOf = (template: Template): number => Object.keys((template.toJSON() as { Resources: object }).Resources).length

const nestsOf = ({ stack }: Synthesised): NestedStack[] => stack.node.findAll().filter((found) => NestedStack.isNestedStack(found))

test('1,224 operations are one stack of few resources', () => {
  const operations = Array.from({ length: 1224 }, (_, index) => operation(`a${index}`, `GET /a${index}/{id}`))
  const made = synthesise({ operations, stage: 'live', config: 'live_host: shop.example.com\n' })
  assert.ok(resourcesOf(made.template) < 90, String(resourcesOf(made.template)))
  assert.equal(nestsOf(made).length, 0)
})

test('100 operations with limits of their own still are one stack', () => {
  const operations = Array.from({ length: 100 }, (_, index) => operation(`a${index}`, `GET /a${index}/{id}`))
  const made = synthesise({ operations, config: `throttle_operations: [${operations.map(({ id }) => `${id} 1 1`).join(', ')}]\n` })
  assert.ok(resourcesOf(made.template) < 400)
})

test('200 functions are spread over nested stacks, and stay where they are when another one comes', () => {
  const operations = Array.from({ length: 200 }, (_, index) => operation(`a${index}`, `GET /a${index}/{id}`, { function: `f${index}` }))
  const places = (made: Synthesised): Map<string, string> => new Map([...made.service.functions].map(([name, target]) => [name, target.node.path]))
  const config = 'aws_hosts_min: 1\n'
  const made = synthesise({ operations, config })
  assert.ok(resourcesOf(made.template) <= 400, String(resourcesOf(made.template)))
  const nests = nestsOf(made)
  assert.ok(nests.length > 5)
  for (const nest of nests) {
    const count = resourcesOf(Template.fromStack(nest))
    assert.ok(count <= 400, `${nest.node.id}: ${count}`)
  }
  const one = places(made)
  const more = places(synthesise({ operations: [operation('new', 'GET /new', { function: 'aaa' }), ...operations], config }))
  for (const [name, path] of one) assert.equal(more.get(name), path)
})

test('with a candidate beside it, a stage of 200 functions or of 100 limits stays below 400 resources', () => {
  const context = { 'klue:candidate': 'a'.repeat(64) }
  const split = Array.from({ length: 200 }, (_, index) => operation(`a${index}`, `GET /a${index}/{id}`, { function: `f${index}` }))
  const limited = Array.from({ length: 100 }, (_, index) => operation(`a${index}`, `GET /a${index}/{id}`))
  for (const made of [...['aws_hosts_min: 1', 'shift: linear 10 1'].map((setting) => synthesise({ operations: split, config: `${setting}\nalarms: true\n`, context })), synthesise({ operations: limited, config: `throttle_operations: [${limited.map(({ id }) => `${id} 1 1`).join(', ')}]\nalarms: true\n`, context })]) {
    for (const template of [made.template, ...nestsOf(made).map((nest) => Template.fromStack(nest))]) assert.ok(resourcesOf(template) <= 400, String(resourcesOf(template)))
  }
})

test('few functions are in the stack itself', () => {
  const operations = Array.from({ length: 3 }, (_, index) => operation(`a${index}`, `GET /a${index}/{id}`, { function: `f${index}` }))
  assert.equal(nestsOf(synthesise({ operations })).length, 0)
  assert.equal(nestsOf(synthesise({ operations }, { nestFunctions: true })).length > 0, true)
})

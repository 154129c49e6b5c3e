// Answers cases with @cloud-copilot/iam-simulate: one JSON object a line in, one a line out.
//
//   node simulate.mjs NODE_MODULES_DIR
//
// That package is AGPL. It runs here as a separate program, during development only, from wherever npm put it.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const scope = resolve(process.argv[2], '@cloud-copilot')
const load = (name) => import(pathToFileURL(resolve(scope, name, 'dist/esm/index.js')).href)
const version = (name) => JSON.parse(readFileSync(resolve(scope, name, 'package.json'), 'utf8')).version
const { runSimulation, runUnsafeSimulation } = await load('iam-simulate')
const { validateIdentityPolicy } = await load('iam-policy')

const named = (documents) => documents.map((policy, number) => ({ name: `policy${number}`, policy }))

async function answer(question) {
  if (question.ask === 'versions') {
    return { 'iam-simulate': version('iam-simulate'), 'iam-policy': version('iam-policy') }
  }
  if (question.ask === 'validate') {
    return { errors: validateIdentityPolicy(question.document).map((error) => error.message) }
  }
  const control = (levels) =>
    levels.map((policies, number) => ({ orgIdentifier: `level${number}`, policies: named(policies) }))
  const simulation = {
    request: {
      principal: question.principal,
      action: question.action,
      resource: { resource: question.resource, accountId: question.account },
      contextVariables: question.context
    },
    identityPolicies: named(question.identity),
    serviceControlPolicies: control(question.levels),
    resourceControlPolicies: control(question.rcps),
    permissionBoundaryPolicies: question.boundary.length ? named(question.boundary) : undefined
  }
  if (question.resource !== '*') {
    return { result: runUnsafeSimulation(simulation, {}) }
  }
  // Only the validating entry point knows that an action has no resource types, so that '*' is its resource.
  const response = await runSimulation(simulation, {})
  if (response.resultType === 'error') {
    return { refused: JSON.stringify(response.errors) }
  }
  if (response.resultType !== 'single' || response.result.ignoredContextKeys.length) {
    return { refused: 'context keys would be ignored' }
  }
  return { result: response.overallResult }
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply
  try {
    reply = await answer(JSON.parse(line))
  } catch (error) {
    reply = { refused: `exception: ${error.message}` }
  }
  process.stdout.write(JSON.stringify(reply) + '\n')
}

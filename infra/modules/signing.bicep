// The key that signs certificates of models: it signs in the vault, its private part leaves it never.
param environmentName string
param suffix string
param vaultName string

@description('Identities that sign: those that release models.')
param signers array

@description('Object id of the group whose members promote by hand and sign what is older than the key.')
param people string

var short = guid(resourceGroup().id, 'mlops')

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource key 'Microsoft.KeyVault/vaults/keys@2025-05-01' = {
  parent: vault
  name: 'signing'
  properties: { kty: 'EC', curveName: 'P-256', keyOps: ['sign', 'verify'] }
}

// The built-in role for users of keys may also change, back up and unwrap.
resource signer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(short, 'signer')
  properties: {
    roleName: 'MLOps signer (${environmentName}-${suffix})'
    description: 'Signs with a key and reads its public part.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      { dataActions: ['Microsoft.KeyVault/vaults/keys/read', 'Microsoft.KeyVault/vaults/keys/sign/action'] }
    ]
  }
}

resource sign 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in signers: {
    name: guid(key.id, principal, 'signer')
    scope: key
    properties: { principalId: principal, principalType: 'ServicePrincipal', roleDefinitionId: signer.id }
  }
]

resource signByHand 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(key.id, people, 'signer')
  scope: key
  properties: { principalId: people, principalType: 'Group', roleDefinitionId: signer.id }
}

output url string = key.properties.keyUri

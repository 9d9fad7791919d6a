// A key vault: access by role, purge protection on. Each app has its own: the host names its keys by function alone.
param name string
param location string
param tags object

@description('Principals that make, read and rotate the keys in it.')
param officers array

@description('Principals that read its secrets.')
param readers array = []

@description('Object id of the group that writes its secrets; empty: none.')
param people string = ''

var roleIds = loadJsonContent('../roles.json')

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 30
  }
}

resource keep 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in officers: {
    name: guid(vault.id, principal, 'Key Vault Secrets Officer')
    scope: vault
    properties: {
      principalId: principal
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds['Key Vault Secrets Officer']
      )
    }
  }
]

resource read 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in readers: {
    name: guid(vault.id, principal, 'Key Vault Secrets User')
    scope: vault
    properties: {
      principalId: principal
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds['Key Vault Secrets User']
      )
    }
  }
]

resource write 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(people)) {
  name: guid(vault.id, people, 'Key Vault Secrets Officer')
  scope: vault
  properties: {
    principalId: people
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds['Key Vault Secrets Officer']
    )
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri

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

param logsId string

@description('A deleted vault cannot be purged; its name, and so the environment\'s, stays taken for 30 days.')
param purgeProtection bool

var roleIds = loadJsonContent('../roles.json')

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    // True or absent: the service refuses false.
    enablePurgeProtection: purgeProtection ? true : null
    softDeleteRetentionInDays: purgeProtection ? 30 : 7
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

// Who read or wrote which secret.
#disable-next-line use-recent-api-versions // the older stable version has another shape
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: { workspaceId: logsId, logs: [{ category: 'AuditEvent', enabled: true }] }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri

// The topic of the system's own events (Mlops.*): CloudEvents, Entra tokens only.
param environmentName string
param suffix string
param location string
param tags object

@description('Principals that publish.')
param senders array

var roleIds = loadJsonContent('../roles.json')

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: 'evgt-mlops-${environmentName}-${suffix}'
  location: location
  tags: tags
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: true
    minimumTlsVersionAllowed: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

resource send 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in senders: {
    name: guid(topic.id, principal, 'EventGrid Data Sender')
    scope: topic
    properties: {
      principalId: principal
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds['EventGrid Data Sender']
      )
    }
  }
]

output endpoint string = topic.properties.endpoint

// Logs and traces. Writing to Application Insights takes an Entra token; its key alone opens nothing.
param environmentName string
param location string
param tags object

@description('Principals that send telemetry.')
param publishers array

var roleIds = loadJsonContent('../roles.json')

resource logs 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-mlops-${environmentName}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
    workspaceCapping: { dailyQuotaGb: 1 }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-mlops-${environmentName}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
    DisableLocalAuth: true
  }
}

resource publish 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in publishers: {
    name: guid(insights.id, principal, 'Monitoring Metrics Publisher')
    scope: insights
    properties: {
      principalId: principal
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds['Monitoring Metrics Publisher']
      )
    }
  }
]

output logsId string = logs.id
output insightsId string = insights.id
output connectionString string = insights.properties.ConnectionString

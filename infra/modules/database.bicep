// Azure SQL: Entra accounts only, TLS 1.2, a serverless database that pauses when nobody asks.
param environmentName string
param suffix string
param location string
param tags object
param administratorsId string
param administratorsName string
param logsId string

resource server 'Microsoft.Sql/servers@2023-08-01-preview' = {
  name: 'sql-mlops-${environmentName}-${suffix}'
  location: location
  tags: tags
  properties: {
    minimalTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
    administrators: {
      administratorType: 'ActiveDirectory'
      azureADOnlyAuthentication: true
      principalType: 'Group'
      login: administratorsName
      sid: administratorsId
      tenantId: subscription().tenantId
    }
  }
}

// 0.0.0.0 stands for the services of Azure, not for the internet.
resource fromAzure 'Microsoft.Sql/servers/firewallRules@2023-08-01-preview' = {
  parent: server
  name: 'services-of-azure'
  properties: { startIpAddress: '0.0.0.0', endIpAddress: '0.0.0.0' }
}

resource database 'Microsoft.Sql/servers/databases@2023-08-01-preview' = {
  parent: server
  name: 'mlops'
  location: location
  tags: tags
  sku: { name: 'GP_S_Gen5', tier: 'GeneralPurpose', family: 'Gen5', capacity: 2 }
  properties: {
    autoPauseDelay: 60
    minCapacity: json('0.5')
    maxSizeBytes: 34359738368
    zoneRedundant: false
  }
}

resource auditing 'Microsoft.Sql/servers/auditingSettings@2023-08-01-preview' = {
  parent: server
  name: 'default'
  properties: { state: 'Enabled', isAzureMonitorTargetEnabled: true }
}

resource master 'Microsoft.Sql/servers/databases@2023-08-01-preview' existing = {
  parent: server
  name: 'master'
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: master
  properties: {
    workspaceId: logsId
    logs: [{ category: 'SQLSecurityAuditEvents', enabled: true }]
  }
}

output host string = server.properties.fullyQualifiedDomainName
output name string = database.name

// Azure SQL: Entra accounts only, TLS 1.2, a serverless database that pauses when nobody asks.
param environmentName string
param suffix string
param location string
param tags object
param administratorsId string
param administratorsName string
param logsId string

@description('Also keep copies in other zones of the region, of the backups too.')
param zones bool

resource server 'Microsoft.Sql/servers@2025-01-01' = {
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

// The property above counts when the server is made; this follows a group that changed.
resource administrators 'Microsoft.Sql/servers/administrators@2025-01-01' = {
  parent: server
  name: 'ActiveDirectory'
  properties: {
    administratorType: 'ActiveDirectory'
    login: administratorsName
    sid: administratorsId
    tenantId: subscription().tenantId
  }
}

// 0.0.0.0 stands for the services of Azure, not for the internet.
resource fromAzure 'Microsoft.Sql/servers/firewallRules@2025-01-01' = {
  parent: server
  name: 'services-of-azure'
  properties: { startIpAddress: '0.0.0.0', endIpAddress: '0.0.0.0' }
}

resource database 'Microsoft.Sql/servers/databases@2025-01-01' = {
  parent: server
  name: 'mlops'
  location: location
  tags: tags
  sku: { name: 'GP_S_Gen5', tier: 'GeneralPurpose', family: 'Gen5', capacity: 2 }
  properties: {
    // The least there is: timers that rest keep no session open.
    autoPauseDelay: 15
    minCapacity: json('0.5')
    maxSizeBytes: 34359738368
    zoneRedundant: false
    // Unless it is said, backups leave the region.
    requestedBackupStorageRedundancy: zones ? 'Zone' : 'Local'
  }
}

resource auditing 'Microsoft.Sql/servers/auditingSettings@2025-01-01' = {
  parent: server
  name: 'default'
  properties: {
    state: 'Enabled'
    isAzureMonitorTargetEnabled: true
    // Who signed in and who changed rights or schema. Statements are left out: their parameters hold rows.
    auditActionsAndGroups: [
      'SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP'
      'FAILED_DATABASE_AUTHENTICATION_GROUP'
      'DATABASE_PERMISSION_CHANGE_GROUP'
      'DATABASE_PRINCIPAL_CHANGE_GROUP'
      'DATABASE_ROLE_MEMBER_CHANGE_GROUP'
      'SCHEMA_OBJECT_CHANGE_GROUP'
      'SCHEMA_OBJECT_PERMISSION_CHANGE_GROUP'
    ]
  }
}

resource master 'Microsoft.Sql/servers/databases@2025-01-01' existing = {
  parent: server
  name: 'master'
}

#disable-next-line use-recent-api-versions // the older stable version has another shape
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

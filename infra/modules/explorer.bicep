// Azure Data Explorer for telemetry: the smallest cluster, one database, and the identities that may read it.
param suffix string
param location string
param tags object

@description('Who may read windows: { principalId, clientId } each. Windows are planned by whichever app sees that one is due.')
param viewers array

resource cluster 'Microsoft.Kusto/clusters@2025-02-14' = {
  name: 'adxmlops${take(suffix, 10)}'
  location: location
  tags: tags
  sku: { name: 'Dev(No SLA)_Standard_E2a_v4', tier: 'Basic', capacity: 1 }
  properties: { enableAutoStop: true, enableDiskEncryption: true, publicNetworkAccess: 'Enabled' }
}

resource database 'Microsoft.Kusto/clusters/databases@2025-02-14' = {
  parent: cluster
  name: 'telemetry'
  location: location
  kind: 'ReadWrite'
  properties: { softDeletePeriod: 'P365D', hotCachePeriod: 'P31D' }
}

resource table 'Microsoft.Kusto/clusters/databases/scripts@2025-02-14' = {
  parent: database
  name: 'raw-table'
  properties: {
    #disable-next-line use-secure-value-for-secure-inputs // the command is no secret
    scriptContent: '.create-merge table opcua_raw (payload: dynamic)'
    continueOnErrors: false
  }
}

@description('The group that administers and queries it.')
param administratorsId string

@description('Client id of the application that sends telemetry; empty: none yet.')
param ingestorId string

resource administers 'Microsoft.Kusto/clusters/databases/principalAssignments@2025-02-14' = {
  parent: database
  name: 'administrators'
  properties: {
    principalId: administratorsId
    principalType: 'Group'
    role: 'Admin'
    tenantId: subscription().tenantId
  }
}

resource ingests 'Microsoft.Kusto/clusters/databases/principalAssignments@2025-02-14' = if (!empty(ingestorId)) {
  parent: database
  name: 'ingestor'
  properties: {
    principalId: ingestorId
    principalType: 'App'
    role: 'Ingestor'
    tenantId: subscription().tenantId
  }
}

resource views 'Microsoft.Kusto/clusters/databases/principalAssignments@2025-02-14' = [
  for viewer in viewers: {
    parent: database
    name: 'viewer-${uniqueString(viewer.clientId)}'
    properties: {
      principalId: viewer.clientId
      principalType: 'App'
      role: 'Viewer'
      tenantId: subscription().tenantId
    }
  }
]

output url string = 'kusto:${cluster.properties.uri}/${database.name}'

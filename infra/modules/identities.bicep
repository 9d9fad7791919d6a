// One identity per function app and one for training compute: what one of them may do, the others may not.
param environmentName string
param location string
param tags object

resource ingest 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-ingest-${environmentName}'
  location: location
  tags: tags
}

resource deploy 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-deploy-${environmentName}'
  location: location
  tags: tags
}

resource score 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-score-${environmentName}'
  location: location
  tags: tags
}

resource compute 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-compute-${environmentName}'
  location: location
  tags: tags
}

output ingest object = {
  id: ingest.id
  name: ingest.name
  principalId: ingest.properties.principalId
  clientId: ingest.properties.clientId
}
output deploy object = {
  id: deploy.id
  name: deploy.name
  principalId: deploy.properties.principalId
  clientId: deploy.properties.clientId
}
output score object = {
  id: score.id
  name: score.name
  principalId: score.properties.principalId
  clientId: score.properties.clientId
}
output compute object = {
  id: compute.id
  name: compute.name
  principalId: compute.properties.principalId
  clientId: compute.properties.clientId
}

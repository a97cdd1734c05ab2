package userpool

// Quotas of the service (reference: api-behaviour §22.1).
const (
	MaxPools            = 1000 // per region
	MaxClients          = 1000 // per pool
	MaxGroups           = 10000
	MaxGroupsOfUser     = 100
	MaxResourceServers  = 25
	MaxCustomAttributes = 50
	MaxClientSecrets    = 2
	MaxTags             = 50
)

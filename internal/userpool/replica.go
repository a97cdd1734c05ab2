package userpool

import (
	"regexp"
	"time"
)

// The states of a replica (reference: api-behaviour §20.9).
//
//	CREATING ─▶ INACTIVE ◀─UpdateUserPoolReplica─▶ ACTIVE
//	                │
//	                └─DeleteUserPoolReplica─▶ DELETING
//
// There is nothing to copy here: what was asked for is done when the answer
// leaves, so CREATING and DELETING are seen in answers alone.
const (
	ReplicaCreating = "CREATING"
	ReplicaInactive = "INACTIVE"
	ReplicaActive   = "ACTIVE"
	ReplicaDeleting = "DELETING"
)

// The roles of a pool's regions.
const (
	RolePrimary   = "PRIMARY"
	RoleSecondary = "SECONDARY"
)

// Replica is a second region in which a pool is served, and the stored document of it.
type Replica struct {
	Region    string            `json:"RegionName"`
	Status    string            `json:"Status"`
	Tags      map[string]string `json:"UserPoolTags,omitempty"`
	CreatedAt time.Time         `json:"CreatedAt"`
}

// ReplicaProblem says why a pool can't have a replica in a region, "" if it can.
func (p *Pool) ReplicaProblem(region string) string {
	switch {
	case !IsRegion(region):
		return "Invalid region: " + region
	case region == p.Region:
		return "The region of a replica must differ from the region of the primary user pool."
	}
	return p.ReplicationProblem()
}

// ReplicationProblem says why a pool can't have replicas at all, "" if it can.
func (p *Pool) ReplicationProblem() string {
	if issuer := p.Settings.IssuerConfiguration; issuer == nil || issuer.Type != "UPDATED" {
		return "A user pool with a replica must have the issuer type UPDATED."
	}
	return ""
}

var regionForm = regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+-\d{1,2}$`)

// IsRegion reports whether text has the form of a region's name, such as us-east-1.
func IsRegion(text string) bool { return regionForm.MatchString(text) }

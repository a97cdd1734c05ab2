package userpool

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// customPrefix begins the names of attributes of a pool's own; those that only
// administrators see have developerPrefix.
const customPrefix = "custom:"

// StandardSchema gives the 20 attributes that every pool has, in the order in
// which the service writes them (reference: api-behaviour §6.1).
func StandardSchema() []SchemaAttribute {
	text := func(name, lo, hi string) SchemaAttribute {
		return SchemaAttribute{Name: name, AttributeDataType: "String", Mutable: true,
			StringAttributeConstraints: &StringConstraints{MinLength: lo, MaxLength: hi}}
	}
	boolean := func(name string) SchemaAttribute {
		return SchemaAttribute{Name: name, AttributeDataType: "Boolean", Mutable: true}
	}
	sub := text("sub", "1", "2048")
	sub.Mutable, sub.Required = false, true
	schema := []SchemaAttribute{sub}
	for _, name := range []string{"name", "given_name", "family_name", "middle_name", "nickname",
		"preferred_username", "profile", "picture", "website", "email"} {
		schema = append(schema, text(name, "0", "2048"))
	}
	schema = append(schema, boolean("email_verified"), text("gender", "0", "2048"), text("birthdate", "10", "10"),
		text("zoneinfo", "0", "2048"), text("locale", "0", "2048"), text("phone_number", "0", "2048"),
		boolean("phone_number_verified"), text("address", "0", "2048"))
	return append(schema, SchemaAttribute{Name: "updated_at", AttributeDataType: "Number", Mutable: true,
		NumberAttributeConstraints: &NumberConstraints{MinValue: "0"}})
}

// NewAttribute is how a request describes an attribute: what is nil was not said.
type NewAttribute struct {
	Name                       string
	AttributeDataType          string
	DeveloperOnlyAttribute     *bool
	Mutable                    *bool
	Required                   *bool
	NumberAttributeConstraints *NumberConstraints
	StringAttributeConstraints *StringConstraints
}

// NewSchema is the schema of a new pool: the standard attributes, changed as list
// says, and the pool's own. problem says what is wrong, "" if nothing.
func NewSchema(list []NewAttribute) (schema []SchemaAttribute, problem string) {
	schema = StandardSchema()
	var own []NewAttribute
	for _, n := range list {
		i := slices.IndexFunc(schema, func(a SchemaAttribute) bool { return a.Name == n.Name })
		if i < 0 {
			own = append(own, n)
			continue
		}
		if problem := changeStandard(&schema[i], n); problem != "" {
			return nil, problem
		}
	}
	return AddCustomAttributes(schema, own, func(name string) string {
		return fmt.Sprintf("Duplicate custom attribute names %s are not allowed in a user pool schema.", name)
	})
}

// changeStandard applies what a request may say of a standard attribute.
func changeStandard(a *SchemaAttribute, n NewAttribute) string {
	if n.AttributeDataType != "" && n.AttributeDataType != a.AttributeDataType || n.DeveloperOnlyAttribute != nil && *n.DeveloperOnlyAttribute {
		return "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute " + a.Name
	}
	if n.Required != nil {
		a.Required = *n.Required || a.Name == "sub"
	}
	if n.Mutable != nil && a.Name != "sub" {
		a.Mutable = *n.Mutable
	}
	changed := *a
	if n.StringAttributeConstraints != nil && a.StringAttributeConstraints != nil {
		merged := *a.StringAttributeConstraints
		if n.StringAttributeConstraints.MinLength != "" {
			merged.MinLength = n.StringAttributeConstraints.MinLength
		}
		if n.StringAttributeConstraints.MaxLength != "" {
			merged.MaxLength = n.StringAttributeConstraints.MaxLength
		}
		changed.StringAttributeConstraints = &merged
	}
	if n.NumberAttributeConstraints != nil && a.NumberAttributeConstraints != nil {
		changed.NumberAttributeConstraints = n.NumberAttributeConstraints
	}
	if problem := constraintProblem(changed); problem != "" {
		return problem
	}
	*a = changed
	return ""
}

// AddCustomAttributes adds attributes of the pool's own to a schema. taken words
// the problem of a name (with prefix) that is there already.
func AddCustomAttributes(schema []SchemaAttribute, list []NewAttribute, taken func(name string) string) ([]SchemaAttribute, string) {
	schema = slices.Clone(schema)
	for _, n := range list {
		a, problem := customAttribute(n)
		if problem != "" {
			return nil, problem
		}
		if slices.ContainsFunc(schema, func(have SchemaAttribute) bool { return have.Name == a.Name }) {
			return nil, taken(a.Name)
		}
		schema = append(schema, a)
	}
	custom := 0
	for _, a := range schema {
		if strings.Contains(a.Name, ":") {
			custom++
		}
	}
	if custom > maxCustomAttributes {
		return nil, fmt.Sprintf("The number of custom attributes exceeds the limit of %d.", maxCustomAttributes)
	}
	return schema, ""
}

// customAttribute is the entry of one attribute of the pool's own (reference:
// api-behaviour §6.2). Mutable is true unless it is said to be false.
func customAttribute(n NewAttribute) (a SchemaAttribute, problem string) {
	name := strings.TrimPrefix(strings.TrimPrefix(n.Name, developerPrefix), customPrefix)
	a = SchemaAttribute{Name: customPrefix + name, AttributeDataType: n.AttributeDataType, Mutable: n.Mutable == nil || *n.Mutable}
	if n.DeveloperOnlyAttribute != nil && *n.DeveloperOnlyAttribute {
		a.Name, a.DeveloperOnlyAttribute = developerPrefix+customPrefix+name, true
	}
	switch {
	case name == "":
		return a, "Every attribute of a schema must have a name."
	case n.AttributeDataType == "":
		return a, "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."
	case n.Required != nil && *n.Required:
		return a, "Required custom attributes are not supported currently."
	}
	switch n.AttributeDataType {
	case "String":
		if a.StringAttributeConstraints = n.StringAttributeConstraints; a.StringAttributeConstraints == nil {
			a.StringAttributeConstraints = &StringConstraints{}
		}
	case "Number":
		if a.NumberAttributeConstraints = n.NumberAttributeConstraints; a.NumberAttributeConstraints == nil {
			a.NumberAttributeConstraints = &NumberConstraints{}
		}
	}
	return a, constraintProblem(a)
}

// constraintProblem says what is wrong with the bounds of a.
func constraintProblem(a SchemaAttribute) string {
	if c := a.StringAttributeConstraints; c != nil {
		lo, okLo := limitOf(c.MinLength)
		hi, okHi := limitOf(c.MaxLength)
		switch {
		case !okLo || !okHi || lo < 0 || hi < 0:
			return "Invalid StringAttributeConstraints for schema attribute " + bareName(a.Name)
		case lo > 2048 || hi > 2048:
			return fmt.Sprintf("user.%s: String attributes cannot have a length of more than 2048", a.Name)
		case c.MinLength != "" && c.MaxLength != "" && lo > hi:
			return crossed(a.Name, "Max length cannot be less than min length.", "cannot have a max length shorter than it's min length")
		}
	}
	if c := a.NumberAttributeConstraints; c != nil {
		lo, okLo := limitOf(c.MinValue)
		hi, okHi := limitOf(c.MaxValue)
		switch {
		case !okLo || !okHi:
			return "Invalid NumberAttributeConstraints for schema attribute " + bareName(a.Name)
		case c.MinValue != "" && c.MaxValue != "" && lo > hi:
			return crossed(a.Name, "Max value cannot be less than min value.", "cannot have a max value smaller than it's min value")
		}
	}
	return ""
}

// crossed words bounds in the wrong order: the service has one sentence for
// standard attributes and another one for a pool's own (reference: api-behaviour
// §6.2, §21.1).
func crossed(name, standard, custom string) string {
	if strings.Contains(name, customPrefix) {
		return "Attribute " + name + " " + custom
	}
	return "user." + name + ": " + standard
}

// limitOf reads a limit; "" is none.
func limitOf(text string) (n int64, ok bool) {
	if text == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// bareName is an attribute's name without prefix.
func bareName(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

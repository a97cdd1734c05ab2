package cognito

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

// TestNoMemberGetsLost sets every member of a request, and reads it back from the
// answer that the stored settings become.
func TestNoMemberGetsLost(t *testing.T) {
	s := &Server{AccountID: "111122223333"}
	pool := func(settings userpool.PoolSettings) any {
		return s.userPoolType(&userpool.Pool{Settings: settings})
	}
	client := func(settings userpool.ClientSettings) any {
		return userPoolClientType(&userpool.AppClient{Settings: settings})
	}
	for _, tt := range []struct {
		request any
		answer  func(request any) any
		other   []string // members that are not settings
	}{
		{new(api.CreateUserPoolRequest), func(r any) any { return pool(poolSettings(r)) }, []string{"PoolName", "Schema"}},
		{new(api.UpdateUserPoolRequest), func(r any) any { return pool(poolSettings(r)) }, []string{"UserPoolID", "PoolName"}},
		{new(api.CreateUserPoolClientRequest), func(r any) any { return client(clientSettings(r)) },
			[]string{"UserPoolID", "ClientName", "GenerateSecret", "ClientSecret"}},
		{new(api.UpdateUserPoolClientRequest), func(r any) any { return client(clientSettings(r)) },
			[]string{"UserPoolID", "ClientID", "ClientName"}},
		{new(api.SetUserPoolMfaConfigRequest), func(r any) any {
			p := new(userpool.Pool)
			var m userpool.MFASettings
			recode(r, &m)
			p.Settings.SetMFA(m)
			out := new(api.GetUserPoolMfaConfigResponse)
			recode(mfaOf(p), out)
			return out
		}, []string{"UserPoolID"}},
	} {
		t.Run(reflect.TypeOf(tt.request).Elem().Name(), func(t *testing.T) {
			request := reflect.ValueOf(tt.request).Elem()
			fill(request, new(int))
			answer := reflect.ValueOf(tt.answer(tt.request)).Elem()
			for i := range request.NumField() {
				name := request.Type().Field(i).Name
				if slices.Contains(tt.other, name) {
					continue
				}
				got := answer.FieldByName(name)
				if !got.IsValid() {
					t.Errorf("%s: no such member in answers", name)
				} else if diff := cmp.Diff(request.Field(i).Interface(), got.Interface()); diff != "" {
					t.Errorf("%s (-request +answer):\n%s", name, diff)
				}
			}
		})
	}
}

// TestNoAttributeMemberGetsLost does the same for the attributes of a schema.
func TestNoAttributeMemberGetsLost(t *testing.T) {
	list := []api.SchemaAttributeType{{}}
	fill(reflect.ValueOf(&list[0]).Elem(), new(int))
	var back []api.SchemaAttributeType
	recode(newAttributes(list), &back)
	if diff := cmp.Diff(list, back); diff != "" {
		t.Errorf("-request +read back:\n%s", diff)
	}
}

// fill gives every member a value of its own; switches are on.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[api.Time]() {
			v.Set(reflect.ValueOf(api.Time(time.Unix(int64(*n), 0))))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(fmt.Sprint("key", *n)), reflect.ValueOf(fmt.Sprint("value", *n)))
	case reflect.String:
		v.SetString(fmt.Sprint("text", *n))
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic(fmt.Sprintf("fill: %s", v.Type()))
	}
}

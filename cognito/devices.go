package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func (s *Server) deviceOperations() []operation {
	return []operation{
		asUser("ConfirmDevice", s.confirmDevice),
		asUser("GetDevice", s.getDevice),
		asUser("ForgetDevice", s.forgetDevice),
		asUser("ListDevices", s.listDevices),
		asUser("UpdateDeviceStatus", s.updateDeviceStatus),
		inPool("AdminGetDevice", s.adminGetDevice),
		inPool("AdminForgetDevice", s.adminForgetDevice),
		inPool("AdminListDevices", s.adminListDevices),
		inPool("AdminUpdateDeviceStatus", s.adminUpdateDeviceStatus),
	}
}

func (s *Server) confirmDevice(ctx context.Context, c *Caller, in *api.ConfirmDeviceRequest) (*api.ConfirmDeviceResponse, error) {
	d := account.NewDevice{
		Key: in.DeviceKey, Name: api.Str(in.DeviceName), IP: requestFrom(ctx).SourceIP, SignedInAt: c.Grant.AuthTime,
	}
	if secret := in.DeviceSecretVerifierConfig; secret != nil {
		d.PasswordVerifier, d.Salt = api.Str(secret.PasswordVerifier), api.Str(secret.Salt)
	}
	ask, err := s.Accounts.ConfirmDevice(ctx, c.Pool, c.User, c.Grant.DeviceKey, d)
	return &api.ConfirmDeviceResponse{UserConfirmationNecessary: &ask}, err
}

func (s *Server) getDevice(ctx context.Context, c *Caller, in *api.GetDeviceRequest) (*api.GetDeviceResponse, error) {
	d, err := s.Accounts.Device(ctx, c.Pool, c.User, in.DeviceKey, false)
	if err != nil {
		return nil, err
	}
	return &api.GetDeviceResponse{Device: new(deviceType(d))}, nil
}

func (s *Server) forgetDevice(ctx context.Context, c *Caller, in *api.ForgetDeviceRequest) (*api.None, error) {
	return &api.None{}, s.Accounts.ForgetDevice(ctx, c.Pool, c.User, in.DeviceKey)
}

func (s *Server) updateDeviceStatus(ctx context.Context, c *Caller, in *api.UpdateDeviceStatusRequest) (*api.UpdateDeviceStatusResponse, error) {
	err := s.Accounts.RememberDevice(ctx, c.Pool, c.User, in.DeviceKey, remembered(in.DeviceRememberedStatus))
	return &api.UpdateDeviceStatusResponse{}, err
}

// remembered reads DeviceRememberedStatus; nil says nothing.
func remembered(status *string) *bool {
	if status == nil {
		return nil
	}
	return new(*status == statusRemembered)
}

const (
	statusRemembered    = "remembered"
	statusNotRemembered = "not_remembered"
)

const maxDevices = 60 // in a page

func (s *Server) listDevices(ctx context.Context, c *Caller, in *api.ListDevicesRequest) (*api.ListDevicesResponse, error) {
	l := listing{operation: "ListDevices", parameters: []string{c.Pool.ID, c.User.ID}, limit: in.Limit, most: maxDevices, token: in.PaginationToken}
	devices, next, err := s.devicePage(ctx, l, c.Pool, c.User, false)
	if err != nil {
		return nil, err
	}
	out := &api.ListDevicesResponse{Devices: []api.DeviceType{}, PaginationToken: next}
	for _, d := range devices {
		out.Devices = append(out.Devices, deviceType(d))
	}
	return out, nil
}

func (s *Server) adminListDevices(ctx context.Context, p *userpool.Pool, in *api.AdminListDevicesRequest) (*api.AdminListDevicesResponse, error) {
	u, err := s.deviceOwner(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	l := listing{operation: "AdminListDevices", parameters: []string{p.ID, u.ID}, limit: in.Limit, most: maxDevices, token: in.PaginationToken}
	devices, next, err := s.devicePage(ctx, l, p, u, true)
	if err != nil {
		return nil, err
	}
	out := &api.AdminListDevicesResponse{Devices: []api.DeviceType{}, PaginationToken: next}
	for _, d := range devices {
		out.Devices = append(out.Devices, s.adminDeviceType(p, u, d))
	}
	return out, nil
}

func (s *Server) devicePage(ctx context.Context, l listing, p *userpool.Pool, u *userpool.User, admin bool) ([]*store.Device, *string, error) {
	return page(s, l, func(after string, limit int) ([]*store.Device, error) {
		return s.Accounts.Devices(ctx, p, u, admin, after, limit)
	}, func(d *store.Device) string { return d.Key })
}

func (s *Server) adminGetDevice(ctx context.Context, p *userpool.Pool, in *api.AdminGetDeviceRequest) (*api.AdminGetDeviceResponse, error) {
	u, err := s.deviceOwner(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	d, err := s.Accounts.Device(ctx, p, u, in.DeviceKey, true)
	if err != nil {
		return nil, err
	}
	return &api.AdminGetDeviceResponse{Device: new(s.adminDeviceType(p, u, d))}, nil
}

// deviceOwner finds a user for the two operations that know no UserNotFoundException.
func (s *Server) deviceOwner(ctx context.Context, p *userpool.Pool, username string) (*userpool.User, error) {
	u, err := s.Accounts.AdminGet(ctx, p, username)
	if fault.Is(err, fault.UserNotFound) {
		return nil, fault.New(fault.ResourceNotFound, fault.Of(err).Message)
	}
	return u, err
}

func (s *Server) adminForgetDevice(ctx context.Context, p *userpool.Pool, in *api.AdminForgetDeviceRequest) (*api.None, error) {
	u, err := s.Accounts.AdminGet(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	return &api.None{}, s.Accounts.ForgetDevice(ctx, p, u, in.DeviceKey)
}

func (s *Server) adminUpdateDeviceStatus(ctx context.Context, p *userpool.Pool, in *api.AdminUpdateDeviceStatusRequest) (*api.AdminUpdateDeviceStatusResponse, error) {
	u, err := s.Accounts.AdminGet(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	err = s.Accounts.RememberDevice(ctx, p, u, in.DeviceKey, remembered(in.DeviceRememberedStatus))
	return &api.AdminUpdateDeviceStatusResponse{}, err
}

// deviceType writes a device as its user sees it.
func deviceType(d *store.Device) api.DeviceType {
	attributes := []api.AttributeType{{Name: "device_status", Value: new("valid")}}
	if d.Name != "" {
		attributes = append(attributes, api.AttributeType{Name: "device_name", Value: &d.Name})
	}
	if d.LastIP != "" {
		attributes = append(attributes, api.AttributeType{Name: "last_ip_used", Value: &d.LastIP})
	}
	return api.DeviceType{
		DeviceKey: &d.Key, DeviceAttributes: attributes, DeviceCreateDate: api.Time(d.CreatedAt),
		DeviceLastModifiedDate: api.Time(d.UpdatedAt), DeviceLastAuthenticatedDate: api.Time(d.AuthenticatedAt),
	}
}

// adminDeviceType writes a device with what only administrators see of it (reference:
// api-behaviour §14). What library a device uses isn't told to the server.
func (s *Server) adminDeviceType(p *userpool.Pool, u *userpool.User, d *store.Device) api.DeviceType {
	out := deviceType(d)
	owner, status := u.Username+"."+p.ID, statusNotRemembered
	if d.Remembered {
		status = statusRemembered
	}
	out.DeviceAttributes = append(out.DeviceAttributes,
		api.AttributeType{Name: "dev:device_arn", Value: new("arn:aws:cognito-idp:" + p.Region + ":" + s.AccountID + ":owner/" + owner + "/device/" + d.Key)},
		api.AttributeType{Name: "dev:device_owner", Value: &owner},
		api.AttributeType{Name: "dev:device_remembered_status", Value: &status},
		api.AttributeType{Name: "dev:device_sdk", Value: new("aws-sdk")},
	)
	return out
}

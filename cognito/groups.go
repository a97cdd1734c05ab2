package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/directory"
	"idpond/internal/userpool"
)

func (s *Server) groupOperations() []operation {
	return []operation{
		inPool("CreateGroup", s.createGroup),
		inPool("GetGroup", s.getGroup),
		inPool("UpdateGroup", s.updateGroup),
		inPool("DeleteGroup", s.deleteGroup),
		inPool("ListGroups", s.listGroups),
		inPool("ListUsersInGroup", s.listUsersInGroup),
		inPool("AdminAddUserToGroup", s.adminAddUserToGroup),
		inPool("AdminRemoveUserFromGroup", s.adminRemoveUserFromGroup),
		inPool("AdminListGroupsForUser", s.adminListGroupsForUser),
	}
}

func (s *Server) createGroup(ctx context.Context, p *userpool.Pool, in *api.CreateGroupRequest) (*api.CreateGroupResponse, error) {
	g, err := s.Directory.CreateGroup(ctx, p, userpool.Group{
		Name: in.GroupName, Description: api.Str(in.Description), RoleArn: api.Str(in.RoleArn), Precedence: in.Precedence,
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateGroupResponse{Group: groupType(g)}, nil
}

func (s *Server) getGroup(ctx context.Context, p *userpool.Pool, in *api.GetGroupRequest) (*api.GetGroupResponse, error) {
	g, err := s.Directory.Group(ctx, p, in.GroupName)
	if err != nil {
		return nil, err
	}
	return &api.GetGroupResponse{Group: groupType(g)}, nil
}

func (s *Server) updateGroup(ctx context.Context, p *userpool.Pool, in *api.UpdateGroupRequest) (*api.UpdateGroupResponse, error) {
	g, err := s.Directory.UpdateGroup(ctx, p, in.GroupName, directory.GroupChange{
		Description: in.Description, RoleArn: in.RoleArn, Precedence: in.Precedence,
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateGroupResponse{Group: groupType(g)}, nil
}

func (s *Server) deleteGroup(ctx context.Context, p *userpool.Pool, in *api.DeleteGroupRequest) (*api.None, error) {
	return nil, s.Directory.DeleteGroup(ctx, p, in.GroupName)
}

func (s *Server) listGroups(ctx context.Context, p *userpool.Pool, in *api.ListGroupsRequest) (*api.ListGroupsResponse, error) {
	groups, next, err := page(s,
		listing{operation: "ListGroups", parameters: []string{p.ID}, limit: in.Limit, most: 60, token: in.NextToken},
		func(after string, limit int) ([]*userpool.Group, error) {
			return s.Directory.ListGroups(ctx, p, after, limit)
		}, groupKey)
	if err != nil {
		return nil, err
	}
	return &api.ListGroupsResponse{Groups: groupTypes(groups), NextToken: next}, nil
}

func (s *Server) listUsersInGroup(ctx context.Context, p *userpool.Pool, in *api.ListUsersInGroupRequest) (*api.ListUsersInGroupResponse, error) {
	users, next, err := page(s,
		listing{operation: "ListUsersInGroup", parameters: []string{p.ID, in.GroupName}, limit: in.Limit, most: 60, token: in.NextToken},
		func(after string, limit int) ([]*userpool.User, error) {
			return s.Directory.UsersInGroup(ctx, p, in.GroupName, after, limit)
		},
		func(u *userpool.User) string { return u.ID })
	if err != nil {
		return nil, err
	}
	out := &api.ListUsersInGroupResponse{Users: make([]api.UserType, len(users)), NextToken: next}
	for i, u := range users {
		out.Users[i] = userType(u, every)
	}
	return out, nil
}

func (s *Server) adminAddUserToGroup(ctx context.Context, p *userpool.Pool, in *api.AdminAddUserToGroupRequest) (*api.None, error) {
	u, err := s.Accounts.AdminGet(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	return nil, s.Directory.AddToGroup(ctx, p, in.GroupName, u.ID)
}

func (s *Server) adminRemoveUserFromGroup(ctx context.Context, p *userpool.Pool, in *api.AdminRemoveUserFromGroupRequest) (*api.None, error) {
	u, err := s.Accounts.AdminGet(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	return nil, s.Directory.RemoveFromGroup(ctx, p, in.GroupName, u.ID)
}

func (s *Server) adminListGroupsForUser(ctx context.Context, p *userpool.Pool, in *api.AdminListGroupsForUserRequest) (*api.AdminListGroupsForUserResponse, error) {
	u, err := s.Accounts.AdminGet(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	groups, next, err := page(s,
		listing{operation: "AdminListGroupsForUser", parameters: []string{p.ID, u.ID}, limit: in.Limit, most: 60, token: in.NextToken},
		func(after string, limit int) ([]*userpool.Group, error) {
			return s.Directory.GroupsOfUser(ctx, p, u.ID, after, limit)
		}, groupKey)
	if err != nil {
		return nil, err
	}
	return &api.AdminListGroupsForUserResponse{Groups: groupTypes(groups), NextToken: next}, nil
}

func groupKey(g *userpool.Group) string { return g.Name }

func groupTypes(groups []*userpool.Group) []api.GroupType {
	out := make([]api.GroupType, len(groups))
	for i, g := range groups {
		out[i] = *groupType(g)
	}
	return out
}

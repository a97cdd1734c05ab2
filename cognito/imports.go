package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/importer"
	"idpond/internal/userpool"
)

func (s *Server) importOperations() []operation {
	return []operation{
		inPool("GetCSVHeader", s.getCSVHeader),
		inPool("CreateUserImportJob", s.createUserImportJob),
		inPool("DescribeUserImportJob", s.describeUserImportJob),
		inPool("ListUserImportJobs", s.listUserImportJobs),
		inPool("StartUserImportJob", s.startUserImportJob),
		inPool("StopUserImportJob", s.stopUserImportJob),
	}
}

func (s *Server) getCSVHeader(_ context.Context, p *userpool.Pool, _ *api.GetCSVHeaderRequest) (*api.GetCSVHeaderResponse, error) {
	return &api.GetCSVHeaderResponse{UserPoolID: &p.ID, CSVHeader: p.CSVHeader()}, nil
}

func (s *Server) createUserImportJob(ctx context.Context, p *userpool.Pool, in *api.CreateUserImportJobRequest) (*api.CreateUserImportJobResponse, error) {
	j, err := s.Imports.Create(ctx, p, importer.NewJob{
		Name: in.JobName, RoleARN: in.CloudWatchLogsRoleArn, Algorithm: api.Str(in.PasswordHashingAlgorithm),
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateUserImportJobResponse{UserImportJob: userImportJobType(j)}, nil
}

func (s *Server) describeUserImportJob(ctx context.Context, p *userpool.Pool, in *api.DescribeUserImportJobRequest) (*api.DescribeUserImportJobResponse, error) {
	j, err := s.Imports.Job(ctx, p, in.JobID)
	if err != nil {
		return nil, err
	}
	return &api.DescribeUserImportJobResponse{UserImportJob: userImportJobType(j)}, nil
}

// listUserImportJobs takes limits up to 60, and answers with 50 jobs at most, as
// the model says of the list.
func (s *Server) listUserImportJobs(ctx context.Context, p *userpool.Pool, in *api.ListUserImportJobsRequest) (*api.ListUserImportJobsResponse, error) {
	jobs, next, err := page(s,
		listing{operation: "ListUserImportJobs", parameters: []string{p.ID}, limit: &in.MaxResults, most: 50, token: in.PaginationToken},
		func(after string, limit int) ([]*importer.Job, error) {
			before, id, err := parseTimeKey(after)
			if err != nil {
				return nil, err
			}
			return s.Imports.List(ctx, p, before, id, limit)
		},
		func(j *importer.Job) string { return timeKey(j.CreatedAt, j.ID) })
	if err != nil {
		return nil, err
	}
	out := &api.ListUserImportJobsResponse{UserImportJobs: make([]api.UserImportJobType, len(jobs)), PaginationToken: next}
	for i, j := range jobs {
		out.UserImportJobs[i] = *userImportJobType(j)
	}
	return out, nil
}

func (s *Server) startUserImportJob(ctx context.Context, p *userpool.Pool, in *api.StartUserImportJobRequest) (*api.StartUserImportJobResponse, error) {
	j, err := s.Imports.Start(ctx, p, in.JobID)
	if err != nil {
		return nil, err
	}
	return &api.StartUserImportJobResponse{UserImportJob: userImportJobType(j)}, nil
}

func (s *Server) stopUserImportJob(ctx context.Context, p *userpool.Pool, in *api.StopUserImportJobRequest) (*api.StopUserImportJobResponse, error) {
	j, err := s.Imports.Stop(ctx, p, in.JobID)
	if err != nil {
		return nil, err
	}
	return &api.StopUserImportJobResponse{UserImportJob: userImportJobType(j)}, nil
}

// userImportJobType writes a job.
func userImportJobType(j *importer.Job) *api.UserImportJobType {
	return &api.UserImportJobType{
		JobName: &j.Name, JobID: &j.ID, UserPoolID: &j.PoolID, PreSignedUrl: &j.URL, Status: &j.Status,
		CreationDate: api.Time(j.CreatedAt), StartDate: api.Time(j.StartedAt), CompletionDate: api.Time(j.EndedAt),
		CloudWatchLogsRoleArn: &j.RoleARN, PasswordHashingAlgorithm: optional(j.Algorithm),
		ImportedUsers: &j.Imported, SkippedUsers: &j.Skipped, FailedUsers: &j.Failed,
		CompletionMessage: optional(j.Message),
	}
}

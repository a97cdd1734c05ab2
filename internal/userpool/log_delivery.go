package userpool

import (
	"slices"
	"strings"
)

// The sources of logs that a pool can export, and the one level of each.
const (
	LogUserNotification = "userNotification" // ERROR: messages that couldn't be sent
	LogUserAuthEvents   = "userAuthEvents"   // INFO: the sign-in history
)

// LogDelivery is where a pool's logs go, and the stored document of it: at most
// one entry for each source (reference: api-behaviour §20.8).
type LogDelivery struct {
	LogConfigurations []LogConfiguration `json:"LogConfigurations"`
}

// LogConfiguration sends one source to one destination.
type LogConfiguration struct {
	LogLevel                    string                `json:"LogLevel"`
	EventSource                 string                `json:"EventSource"`
	CloudWatchLogsConfiguration *CloudWatchLogsTarget `json:"CloudWatchLogsConfiguration,omitempty"`
	S3Configuration             *S3Target             `json:"S3Configuration,omitempty"`
	FirehoseConfiguration       *FirehoseTarget       `json:"FirehoseConfiguration,omitempty"`
}

// CloudWatchLogsTarget is a log group.
type CloudWatchLogsTarget struct {
	LogGroupArn string `json:"LogGroupArn,omitempty"`
}

// S3Target is a bucket.
type S3Target struct {
	BucketArn string `json:"BucketArn,omitempty"`
}

// FirehoseTarget is a delivery stream.
type FirehoseTarget struct {
	StreamArn string `json:"StreamArn,omitempty"`
}

// For gives the configuration of a source, nil when it is not exported.
func (d *LogDelivery) For(source string) *LogConfiguration {
	for i := range d.LogConfigurations {
		if d.LogConfigurations[i].EventSource == source {
			return &d.LogConfigurations[i]
		}
	}
	return nil
}

// Problem gives the sentence of the first rule that the delivery breaks, "" if none.
func (d *LogDelivery) Problem() string {
	var seen []string
	for _, c := range d.LogConfigurations {
		if slices.Contains(seen, c.EventSource) {
			return "Following event sources appear more then once in a request"
		}
		seen = append(seen, c.EventSource)
		if problem := c.problem(); problem != "" {
			return problem
		}
	}
	return ""
}

func (c *LogConfiguration) problem() string {
	group, bucket, stream := c.CloudWatchLogsConfiguration, c.S3Configuration, c.FirehoseConfiguration
	given := 0
	for _, isGiven := range []bool{group != nil, bucket != nil, stream != nil} {
		if isGiven {
			given++
		}
	}
	level := map[string]string{LogUserNotification: "ERROR", LogUserAuthEvents: "INFO"}[c.EventSource]
	switch {
	case c.LogLevel != level:
		return "The log level of the event source " + c.EventSource + " must be " + level + "."
	case given != 1:
		return "Exactly one destination must be given for the event source " + c.EventSource + "."
	case c.EventSource == LogUserNotification && group == nil:
		return "Logs of the event source " + c.EventSource + " can only be delivered to CloudWatch Logs."
	case group != nil && !isLogGroup(group.LogGroupArn):
		return "LogGroupArn must be the ARN of a log group."
	case bucket != nil && arnField(bucket.BucketArn, 2) != "s3":
		return "BucketArn must be the ARN of a bucket."
	case stream != nil && !isStream(stream.StreamArn):
		return "StreamArn must be the ARN of a delivery stream."
	}
	return ""
}

func isLogGroup(arn string) bool {
	return arnField(arn, 2) == "logs" && strings.HasPrefix(arnField(arn, 5), "log-group:")
}

func isStream(arn string) bool {
	return arnField(arn, 2) == "firehose" && strings.HasPrefix(arnField(arn, 5), "deliverystream/")
}

// Target names the destination: its kind (cloudwatch, s3 or firehose) and the name
// of the group, bucket or stream, which may have parts divided by "/".
func (c *LogConfiguration) Target() (kind, name string) {
	switch {
	case c.CloudWatchLogsConfiguration != nil:
		return "cloudwatch", strings.TrimPrefix(arnField(c.CloudWatchLogsConfiguration.LogGroupArn, 5), "log-group:")
	case c.S3Configuration != nil:
		return "s3", arnField(c.S3Configuration.BucketArn, 5)
	case c.FirehoseConfiguration != nil:
		return "firehose", strings.TrimPrefix(arnField(c.FirehoseConfiguration.StreamArn, 5), "deliverystream/")
	}
	return "", ""
}
